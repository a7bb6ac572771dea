import type { Decision, Refusal } from '../../trust/index.ts'

/** What a refusal adds to AWS's terse answer: kept in the decision log, never sent in the body. */
export interface Explanation {
  /** Stable, upper case, e.g. `ROLE_NOT_FOUND`. */
  readonly reasonCode: string
  /** One sentence: the rule, the value wanted, the value got. */
  readonly reason: string
  /** One next step. */
  readonly suggestion: string
  /** The trust engine's answer, when it was asked. */
  readonly decision?: Decision
}

/**
 * A refused call, as AWS words it: error code, HTTP status and text (aws specification §4.4).
 *
 * `explanation` says what AWS keeps to itself. Neither may hold a token, a secret or a key.
 */
export class AwsRefusal extends Error {
  readonly code: string
  readonly status: number
  readonly explanation: Explanation | null

  constructor(code: string, status: number, message: string, explanation: Explanation | null = null) {
    super(message)
    this.name = 'AwsRefusal'
    this.code = code
    this.status = status
    this.explanation = explanation
  }
}

/** What the trust engine refuses outside a policy's statements, as an answer. */
export function refusalOf({ awsError, reasonCode, reason, hint }: Refusal): AwsRefusal {
  const { code, status, message } = awsError
  return new AwsRefusal(code, status, message, { reasonCode, reason, suggestion: hint })
}

/** A 400 `ValidationError` with AWS's text. */
export function validationError(message: string, explanation: Explanation | null = null): AwsRefusal {
  return new AwsRefusal('ValidationError', 400, message, explanation)
}

/** A 404 `NoSuchEntity`. */
export function noSuchEntity(message: string): AwsRefusal {
  return new AwsRefusal('NoSuchEntity', 404, message)
}

/** A 409 `LimitExceeded`: `what` and `quota` fill AWS's usual sentence. */
export function limitExceeded(what: string, quota: number): AwsRefusal {
  return new AwsRefusal('LimitExceeded', 409, `Cannot exceed quota for ${what}: ${quota}`)
}

/** A 400 `InvalidInput`, with what AWS leaves unsaid in the explanation. */
export function invalidInput(message: string, reason = message, suggestion = ''): AwsRefusal {
  return new AwsRefusal('InvalidInput', 400, message, { reasonCode: 'INVALID_INPUT', reason, suggestion })
}
