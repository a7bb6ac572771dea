import { ApiError, TransportError } from '../client/index.ts'

/** An error that the user reads as `Error: <text>`; the program ends with exit code 1. */
export class Failure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Failure'
  }
}

/** A command line that is not one of the command's. */
export class UsageFailure extends Failure {}

/** Nobody is logged in, and nobody can be asked. */
export class LoginFailure extends Failure {}

/** A definition whose errors are already on stderr. */
export class DefinitionFailure extends Failure {}

/** Ends the program with a code and no further word. */
export class Exit extends Error {
  readonly code: number
  constructor(code: number) {
    super(`exit ${code}`)
    this.name = 'Exit'
    this.code = code
  }
}

/** Runs `work`; what it throws reads `<prefix>: <text>`. The cause stays reachable for checks of its code. */
export async function prefixed<T>(prefix: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Exit) throw error
    throw new Failure(`${prefix}: ${(error as Error).message}`, { cause: error })
  }
}

/** The server's refusal inside an error, or null. */
export function apiErrorOf(error: unknown): ApiError | null {
  if (error instanceof ApiError) return error
  return error instanceof Failure ? apiErrorOf(error.cause) : null
}

/** Whether an error is one that users cause or meet, so that its message alone is enough. */
export function isExpected(error: unknown): error is Error {
  return (
    error instanceof Failure ||
    error instanceof ApiError ||
    error instanceof TransportError ||
    (error instanceof Error && error.name === 'AppError') ||
    (error instanceof Error && 'code' in error && typeof error.code === 'string')
  )
}
