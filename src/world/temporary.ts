import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TemporaryFiles } from '../cli/index.ts'
import { nameOfOurs, privateBase, sweepLeftovers } from './leftovers.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const
let directory: string | null = null

/**
 * Fresh files of mode 0600. A `lasting` one lies in the system's place for such and stays. Any other lies in a directory
 * of mode 0700 of this process alone, which goes when the program ends or a signal ends it; what SIGKILL leaves there,
 * `sweepLeftovers` of a later start takes away (S-60).
 */
export const temporary: TemporaryFiles = {
  create: async (pattern, content, { lasting }) => {
    // Loaded with the first file: most commands make none, and a start must stay short.
    const { randomBytes } = await import('node:crypto')
    const name = pattern.includes('*') ? pattern : `${pattern}*`
    const folder = lasting ? tmpdir() : ownDirectory(randomBytes(8).toString('hex'))
    const path = join(folder, name.replace('*', randomBytes(8).toString('hex')))
    // `wx` refuses an existing file or a link somebody planted under the name.
    const file = openSync(path, 'wx', 0o600)
    try {
      writeFileSync(file, content)
    } finally {
      closeSync(file)
    }
    return path
  },
}

/** Made with the first file that is not to last. Making it fails where anything has its name already. */
function ownDirectory(random: string): string {
  if (directory !== null) return directory
  sweepLeftovers()
  const made = join(privateBase(), nameOfOurs(random))
  mkdirSync(made, { mode: 0o700 })
  directory = made
  watch()
  return made
}

/** Removes it on the way out; `exit` fires for normal ends, signals need listeners of their own. */
function watch(): void {
  process.once('exit', removeOwn)
  for (const signal of signals) {
    const end = () => {
      // While a child runs, its end decides: the command removes the files then.
      if (process.listenerCount(signal) > 1) return
      removeOwn()
      process.off(signal, end)
      process.kill(process.pid, signal)
    }
    process.on(signal, end)
  }
}

function removeOwn(): void {
  if (directory !== null) rmSync(directory, { recursive: true, force: true })
}
