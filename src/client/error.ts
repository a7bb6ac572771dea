import type { WireDiagnostic } from './wire.ts'

/** A refusal by the server. The message reads `[404] Not Found: …`; `code` is the body's code (contract §1.4). */
export class ApiError extends Error {
  readonly code: number
  /** The server's text alone. */
  readonly reason: string
  readonly diagnostics: readonly WireDiagnostic[]
  readonly requestId: string
  /** What to do next, from servers that say it; `''` from others. */
  readonly nextStep: string
  /** The stable word for the rule that refused, for programs, from servers that say it; `''` from others. */
  readonly rule: string
  /** When the same request may be granted, in whole seconds; undefined when nobody said. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: number,
    reason: string,
    details: {
      readonly diagnostics?: readonly WireDiagnostic[]
      readonly requestId?: string
      readonly nextStep?: string
      readonly rule?: string
      readonly retryAfterSeconds?: number | undefined
    } = {},
  ) {
    const requestId = code >= 500 ? (details.requestId ?? '') : ''
    super(message(code, reason, requestId))
    this.name = 'ApiError'
    this.code = code
    this.reason = reason
    this.diagnostics = details.diagnostics ?? []
    this.requestId = requestId
    this.nextStep = details.nextStep ?? ''
    this.rule = details.rule ?? ''
    this.retryAfterSeconds = details.retryAfterSeconds
  }
}

function message(code: number, reason: string, requestId: string): string {
  if (code === 429) return 'esc: request rate-limit exceeded'
  // A good status with a bad body is no refusal whose code would tell anything.
  if (code >= 200 && code < 300) return reason
  return `[${code}] ${reason}${requestId === '' ? '' : ` (Request ID: ${requestId})`}`
}

/** Whether an error is a server's refusal with this code. */
export function isApiError(error: unknown, code: number): error is ApiError {
  return error instanceof ApiError && error.code === code
}
