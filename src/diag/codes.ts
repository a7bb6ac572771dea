/** How a refusal is meant; `http/problem.ts` and `cli/exit.ts` alone turn it into a status or an exit code. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'denied'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'rate-limited'
  | 'unavailable'
  | 'internal'

/** One refusal: `{name}` in `say` and `hint` is filled from the error's facts. Lower case, no full stop. */
export interface CodeEntry {
  readonly kind: ErrorKind
  readonly say: string
  readonly hint: string
}

const table = <T extends Record<string, CodeEntry>>(entries: T): T => entries

/**
 * Every refusal of the product, in one table, grouped by the noun it speaks of.
 * Messages that clients match on keep the exact words of the wire contract.
 */
export const codes = table({
  // requests
  REQUEST_INVALID: { kind: 'invalid', say: '{what}', hint: '{hint}' },
  BODY_TOO_LARGE: {
    kind: 'too-large',
    say: 'the body has more than {limit} bytes',
    hint: 'split the definition into imports',
  },
  INTERNAL: {
    kind: 'internal',
    say: 'internal error',
    hint: 'the server log has the details under this request id',
  },

  // identity
  TOKEN_MISSING: {
    kind: 'unauthenticated',
    say: 'no access token was sent',
    hint: 'log in with `esc login <url>`',
  },
  TOKEN_INVALID: {
    kind: 'unauthenticated',
    say: 'the access token is not valid',
    hint: 'log in again with `esc login <url>`',
  },

  // environments
  NAME_INVALID: { kind: 'invalid', say: 'invalid {what} name `{got}`: {rule}', hint: '' },
  ORGANIZATION_NOT_FOUND: { kind: 'not-found', say: 'Not Found: organization `{organization}`', hint: '' },
  ENVIRONMENT_NOT_FOUND: {
    kind: 'not-found',
    say: "Not Found: environment '{environment}'",
    hint: 'list what you may see with `esc env ls`',
  },
  ENVIRONMENT_EXISTS: {
    kind: 'conflict',
    say: "Conflict: environment '{environment}' already exists",
    hint: '',
  },
  ETAG_MISMATCH: {
    kind: 'conflict',
    say: 'Conflict: the environment changed since it was read (etag mismatch)',
    hint: 'read it again and repeat the edit',
  },
  DIAGNOSTICS: { kind: 'invalid', say: 'Bad Request: the definition has errors', hint: '' },
  SESSION_NOT_FOUND: {
    kind: 'not-found',
    say: 'Not Found: open session',
    hint: 'the session may have expired; open the environment again',
  },
  PROPERTY_NOT_FOUND: { kind: 'not-found', say: 'Not Found: property `{path}`', hint: '' },

  // the issuer
  ISSUER_URL_INVALID: { kind: 'invalid', say: 'issuer base URL `{got}`: {rule}', hint: '{hint}' },

  // trust
  POLICY_INVALID: { kind: 'invalid', say: '{what}', hint: '{hint}' },
})

export type Code = keyof typeof codes
