import type { WantedToken } from './claim-rules.ts'

/** A refused exchange in the words of OAuth. The description names the stage that failed, never a claim's value. */
export class ExchangeError extends Error {
  readonly error: string
  readonly status: number
  constructor(error: string, description: string, status = 400) {
    super(description)
    this.name = 'ExchangeError'
    this.error = error
    this.status = status
  }
}

/** The fields of an exchange request (oidc §3.3). */
export interface ExchangeRequest {
  readonly grantType: string
  readonly audience: string
  readonly subjectTokenType: string
  readonly subjectToken: string
  readonly requestedTokenType: string
  readonly scope: string
  /** In seconds; undefined = two hours. */
  readonly expiration: number | undefined
}

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange'
const idTokenType = 'urn:ietf:params:oauth:token-type:id_token'
const typePrefix = 'urn:pulumi:token-type:access_token:'
const audiencePrefix = 'urn:pulumi:org:'
const tokenLimitBytes = 16_384

/** What a request asks for. @throws ExchangeError for what is missing or unknown */
export function readRequest(request: ExchangeRequest): {
  readonly organization: string
  readonly wanted: WantedToken
} {
  const { audience, requestedTokenType, scope } = request
  // The answer to an exchange has an empty `refresh_token`, so whatever is sent as one is not ours.
  if (request.grantType === 'refresh_token') {
    throw new ExchangeError(
      'invalid_grant',
      'this server gives out no refresh tokens: exchange a fresh identity token instead',
    )
  }
  if (request.grantType !== grantType) {
    throw new ExchangeError('unsupported_grant_type', `\`grant_type\` must be \`${grantType}\``)
  }
  if (request.subjectTokenType !== idTokenType) {
    throw new ExchangeError('invalid_request', `\`subject_token_type\` must be \`${idTokenType}\``)
  }
  if (!audience.startsWith(audiencePrefix)) {
    throw new ExchangeError('invalid_target', `\`audience\` must be \`${audiencePrefix}<organization>\``)
  }
  if (request.subjectToken === '' || request.subjectToken.length > tokenLimitBytes) {
    throw new ExchangeError('invalid_request', '`subject_token` is missing or too long')
  }
  const type = requestedTokenType.startsWith(typePrefix) ? requestedTokenType.slice(typePrefix.length) : ''
  return { organization: audience.slice(audiencePrefix.length), wanted: wantedToken(type, scope) }
}

function wantedToken(type: string, scope: string): WantedToken {
  const named = (kind: string) => (scope.startsWith(`${kind}:`) ? scope.slice(kind.length + 1) : '')
  const base = { team: null, login: null, runner: null, admin: false }
  if (type === 'organization' && (scope === '' || scope === 'admin')) {
    return { ...base, type, admin: scope === 'admin' }
  }
  if (type === 'team' && named('team') !== '') return { ...base, type, team: named('team') }
  if (type === 'personal' && named('user') !== '') return { ...base, type, login: named('user') }
  if (type === 'runner' && named('runner') !== '') return { ...base, type, runner: named('runner') }
  if (['organization', 'team', 'personal', 'runner'].includes(type)) {
    throw new ExchangeError(
      'invalid_scope',
      '`scope` must be empty or `admin`, `team:<name>`, `user:<login>` or `runner:<name>`',
    )
  }
  throw new ExchangeError(
    'invalid_request',
    `\`requested_token_type\` must be \`${typePrefix}\` and organization, team, personal or runner`,
  )
}
