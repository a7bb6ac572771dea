import { AppError } from '../../diag/index.ts'

// Primary result codes. @see https://www.sqlite.org/rescode.html
const busy = 5
const locked = 6
const readOnly = 8
const ioError = 10
const corrupt = 11
const full = 13
const cannotOpen = 14
const notADatabase = 26
// Extended: the log's index in shared memory could not grow. It is rebuilt from the log, so nothing durable failed.
const sharedMemorySize = 4874

/** The primary SQLite result code of an error; `null` when it is none of SQLite's. */
export function resultCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null
  return error.errcode === sharedMemorySize ? full : error.errcode & 0xff
}

/** Whether another connection holds the lock that was wanted. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error)
  return code === busy || code === locked
}

/** Whether a write or sync may have been lost: the store must not go on after it. */
export function isFatal(error: unknown): boolean {
  const code = resultCode(error)
  return code === ioError || code === corrupt || code === notADatabase
}

/** The refusal a person can act on in place of SQLite's error; any other error as it is. */
export function failureOf(error: unknown, path: string): unknown {
  const options = { cause: error }
  switch (resultCode(error)) {
    case busy:
    case locked:
      return new AppError('STORE_BUSY', { path }, options)
    case readOnly:
    case cannotOpen:
      return new AppError('STORE_UNWRITABLE', { path }, options)
    case full:
      return new AppError('STORAGE_FULL', { path }, options)
    case ioError:
      return new AppError('STORE_FAILED', { path }, options)
    case corrupt:
    case notADatabase:
      return new AppError('STORE_DAMAGED', { path }, options)
    default:
      return error
  }
}
