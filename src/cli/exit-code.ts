import { ApiError, TransportError } from '../client/index.ts'
import { DefinitionFailure, LoginFailure, UsageFailure } from './failure.ts'
import type { World } from './world.ts'

/** The exit code when a definition has errors and classes are asked for. */
export const definitionErrorsCode = 7

/** Whether scripts asked to tell failures apart: `OPENESC_EXIT_CODES=1`. The original knows 0 and 1 alone. */
export function hasExitClasses({ processEnv }: World): boolean {
  return processEnv['OPENESC_EXIT_CODES'] === '1'
}

/**
 * The exit code for an error: 1, or its class when `OPENESC_EXIT_CODES=1`: 2 used wrongly, 3 not logged in or not
 * allowed, 4 not found, 5 in conflict, 6 no usable answer from the server, 7 errors in a definition.
 */
export function exitCodeOf(error: unknown, world: World): number {
  return hasExitClasses(world) ? classOf(error) : 1
}

function classOf(error: unknown): number {
  if (error instanceof UsageFailure) return 2
  if (error instanceof LoginFailure) return 3
  if (error instanceof DefinitionFailure) return definitionErrorsCode
  if (error instanceof TransportError) return 6
  if (error instanceof ApiError) return classOfAnswer(error)
  return error instanceof Error && error.cause !== undefined ? classOf(error.cause) : 1
}

function classOfAnswer({ code, diagnostics }: ApiError): number {
  if (diagnostics.length > 0) return definitionErrorsCode
  if (code === 401 || code === 403) return 3
  if (code === 404) return 4
  if (code === 409) return 5
  return code >= 500 || code === 429 || (code >= 200 && code < 400) ? 6 : 1
}
