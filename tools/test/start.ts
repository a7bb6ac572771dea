// The beginning of a shard's process.
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { before, beforeEach, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'

/** What a shard is doing, for those who find it dead. */
export interface LastWords {
  readonly pid: number
  readonly doing: string
}

/** Where it writes them. */
export function lastWordsFile(entry: string): string {
  return `${entry}.doing`
}

/** Loads the test files of a shard; one that cannot be loaded is a failed test. No test begins before all are loaded. */
export async function load(entry: string, urls: readonly string[]): Promise<void> {
  const say = (doing: string) =>
    writeFileSync(lastWordsFile(entry), JSON.stringify({ pid: process.pid, doing } satisfies LastWords))
  // The runner asks for colours when it has a terminal; the programs that tests start have none.
  delete process.env['FORCE_COLOR']
  const loaded = Promise.withResolvers<void>()
  before(() => loaded.promise)
  // Written at once, since what is told to the runner is lost when a process dies.
  beforeEach((context) => say(`in \`${(context as TestContext).fullName}\``))
  for (const url of urls) {
    const file = relative(process.cwd(), fileURLToPath(url))
    say(`while it loaded ${file}`)
    try {
      await import(url)
    } catch (error) {
      test(`${file} cannot be loaded`, () => {
        throw error
      })
    }
  }
  loaded.resolve()
}
