// A list of digests as `sha256sum -c` reads it.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

/** The SHA-256 of a file, in hex. */
export function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

/** One line for each file, by name. */
export function sumsOf(paths: readonly string[]): string {
  return paths
    .toSorted()
    .map((path) => `${digestOf(path)}  ${basename(path)}\n`)
    .join('')
}

/** Digests by name. @throws Error for a line that is none, or a name that leads out of the folder */
export function readSums(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [, digest = '', name = ''] = /^([0-9a-f]{64}) [ *]([\w.-]+)$/.exec(line) ?? []
        if (name === '' || name.startsWith('.')) throw new Error(`not a line of digest and name: ${line}`)
        return [name, digest] as const
      }),
  )
}
