import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../diag/index.ts'
import { failureOf, isBusy } from './failure.ts'

/**
 * Keeps a store to one process: holds an exclusive lock on `<path>.lock` until released. The lock is the
 * operating system's and ends with the process however that dies, so none is ever left behind. It is a file
 * beside the data because a lock on the data itself would shut out our own readers.
 *
 * @throws AppError STORE_IN_USE when another process (or this one) has the store open
 */
export function lockStore(path: string): { release(): void } {
  let holder: DatabaseSync | null = null
  try {
    holder = new DatabaseSync(`${path}.lock`, { timeout: 0 })
    holder.exec('pragma journal_mode = memory; begin exclusive')
    const held = holder
    return { release: () => held.close() }
  } catch (error) {
    holder?.close()
    if (isBusy(error)) throw new AppError('STORE_IN_USE', { path }, { cause: error })
    throw failureOf(error, path)
  }
}
