import { Connection } from './connection.ts'

const busyMilliseconds = 5000
const walLimitBytes = 64 * 1024 * 1024

/** A connection that writes durably. @throws Error when a setting that durability needs did not take */
export function openWriter(path: string, inMemory: boolean): Connection {
  const writer = new Connection(path, busyMilliseconds)
  try {
    writer.exec(`pragma journal_mode = wal; pragma journal_size_limit = ${walLimitBytes}`)
    // Asked of the live database, because a setting that did not take would lose data silently.
    const settings = [
      ['journal_mode', inMemory ? 'memory' : 'wal'],
      ['synchronous', 2],
      ['foreign_keys', 1],
    ] as const
    for (const [name, wanted] of settings) {
      const got = writer.pragma(name)
      if (got !== wanted) throw new Error(`pragma ${name} is ${String(got)}, not ${wanted}`)
    }
    return writer
  } catch (error) {
    writer.close()
    throw error
  }
}
