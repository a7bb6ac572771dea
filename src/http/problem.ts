import { AppError, type Diagnostic, type ErrorKind } from '../diag/index.ts'
import { EvaluationError, plain } from '../service/index.ts'
import { type Answer, jsonValue } from './answer.ts'
import { hintHeader, reasonHeader } from './headers.ts'
import { renderDiagnostics } from './wire.ts'

/** The one place where the meaning of a refusal becomes a status. */
const statuses: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  denied: 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  unsupported: 415,
  'rate-limited': 429,
  unavailable: 503,
  'storage-full': 507,
  internal: 500,
}

/** What a problem says besides its status. */
export interface ProblemFacts {
  readonly message: string
  /** Stable, for programs: the refusal's code in lower case. */
  readonly reason: string
  /** One next step. */
  readonly hint?: string
  readonly diagnostics?: readonly Diagnostic[]
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * A problem: `code` equals the status, because clients believe the body. The body holds nothing that the contract does not
 * name, because a strict client that meets an unknown member tells its user that instead of the message; what we say
 * besides is in headers.
 */
export function problem(status: number, facts: ProblemFacts): Answer {
  const { message, reason, hint = '', diagnostics = [], headers = {} } = facts
  const body = {
    code: status,
    message,
    ...(diagnostics.length === 0 ? {} : { diagnostics: renderDiagnostics(diagnostics) }),
  }
  return jsonValue(plain(body), {
    status,
    headers: {
      [reasonHeader]: reason,
      ...(hint === '' ? {} : { [hintHeader]: headerText(hint) }),
      ...headers,
    },
  })
}

/** Header fields hold printable ASCII only. */
function headerText(text: string): string {
  return text
    .replaceAll('’', "'")
    .replaceAll('…', '...')
    .replace(/[^ -~]+/g, '?')
    .slice(0, 500)
}

/** The answer to anything thrown. What is not a refusal of ours is `internal`, and says nothing of itself (S-58). */
export function problemOf(error: unknown): Answer {
  if (!(error instanceof AppError)) {
    return problem(500, {
      message: 'Internal Server Error',
      reason: 'internal',
      hint: 'the server log has the details under this request id',
    })
  }
  const status = statuses[error.kind]
  const facts: ProblemFacts = {
    message: error.message,
    reason: error.code.toLowerCase(),
    hint: error.hint,
    diagnostics: error.diagnostics,
    headers:
      status === 401
        ? { 'www-authenticate': 'token' }
        : status === 429 || status === 503 || status === 507
          ? { 'retry-after': String(error.retryAfterSeconds ?? 1) }
          : {},
  }
  const told = problem(status, facts)
  return error instanceof EvaluationError ? { ...told, body: withPartialResult(told, error) } : told
}

/** With what could be evaluated in spite of the errors, after the problem's own members. */
function withPartialResult({ body }: Answer, { evaluation }: EvaluationError): Uint8Array {
  const own = Buffer.from(body ?? '').subarray(0, -'}\n'.length)
  const members = evaluation.text.whole.subarray(1)
  return Buffer.concat(members.length === '}\n'.length ? [own, members] : [own, Buffer.from(','), members])
}
