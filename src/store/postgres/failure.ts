import { AppError } from '../../diag/index.ts'
import { StandbyError } from './session.ts'

// SQLSTATE codes. @see PostgreSQL, appendix A "PostgreSQL Error Codes"
const lockNotAvailable = '55P03'
const queryCanceled = '57014'
const readOnlyTransaction = '25006'
const invalidPassword = '28P01'
const tooManyConnections = '53300'
const retryable = new Set(['40001', '40P01', lockNotAvailable, queryCanceled])
const fullClasses = new Set(['53100', '53200'])

/** The change is committed where it was made, and perhaps nowhere else: a failover could lose it. */
export class UncertainCommit extends Error {}

/** The SQLSTATE of an error; `null` when the database did not say one. */
export function sqlState(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null
  return /^[0-9A-Z]{5}$/.test(error.code) ? error.code : null
}

/**
 * Whether the connection is of no more use: it is cut, its server is going down or has become a standby. What ran on it
 * last may or may not have been committed.
 */
export function isLost(error: unknown): boolean {
  if (error instanceof StandbyError || error instanceof UncertainCommit) return true
  const state = sqlState(error)
  if (state === null) return error instanceof Error && !(error instanceof AppError) && isTransport(error)
  if (state === readOnlyTransaction || state === tooManyConnections || state === invalidPassword) return true
  return (
    state.startsWith('08') || state.startsWith('57P') || state.startsWith('XX') || state.startsWith('25P03')
  )
}

function isTransport(error: Error): boolean {
  if ('code' in error && typeof error.code === 'string' && /^E[A-Z_]+$/.test(error.code)) return true
  return /connection|timeout exceeded|read timeout|not queryable|Client was closed/i.test(error.message)
}

/** Whether somebody else was in the way, so that the same may work a moment later. */
export function isBusy(error: unknown): boolean {
  return retryable.has(sqlState(error) ?? '')
}

/** The refusal a person can act on in place of the database's error; any other error as it is. */
export function failureOf(error: unknown, place: string): unknown {
  if (error instanceof AppError) return error
  const state = sqlState(error)
  const options = { cause: error }
  if (state !== null && retryable.has(state)) return new AppError('STORE_BUSY', { path: place }, options)
  if (state !== null && fullClasses.has(state)) return new AppError('STORAGE_FULL', { path: place }, options)
  if (isLost(error)) {
    const said = error instanceof Error ? error.message : ''
    return new AppError('STORE_UNAVAILABLE', { path: place, said }, options)
  }
  return error
}
