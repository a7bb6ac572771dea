import type { AwsError } from './decision.ts'

/** Stable codes of every answer, as the published case file uses them. */
export type ReasonCode =
  | 'ALLOWED'
  | 'CONDITION_FALSE'
  | 'NO_PRINCIPAL_MATCH'
  | 'NO_ACTION_MATCH'
  | 'EXPLICIT_DENY'
  | 'TAG_SESSION_NOT_ALLOWED'
  | 'SET_SOURCE_IDENTITY_NOT_ALLOWED'
  | RefusalCode

/** Codes of refusals that come before or after the trust policy, or when it is stored. */
export type RefusalCode = keyof typeof refusals

const notJwt =
  'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)'
const notValidated =
  'The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.'

// `{…}` is filled from the facts of the refusal.
const refusals = {
  BAD_ROLE_ARN: ['ValidationError', 'Request ARN is invalid'],
  BAD_SESSION_NAME: [
    'ValidationError',
    "1 validation error detected: Value '{got}' at 'roleSessionName' failed to satisfy constraint: {rule}",
  ],
  DURATION_OUT_OF_RANGE: [
    'ValidationError',
    "1 validation error detected: Value '{got}' at 'durationSeconds' failed to satisfy constraint: {rule}",
  ],
  DURATION_EXCEEDS_ROLE_MAX: [
    'ValidationError',
    'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
  ],
  SESSION_POLICY_TOO_LONG: [
    'ValidationError',
    "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048",
  ],
  TOO_MANY_POLICY_ARNS: [
    'ValidationError',
    "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10",
  ],
  BAD_POLICY_ARN: ['ValidationError', 'ARN {got} is not valid.'],
  SESSION_POLICIES_TOO_LARGE: ['PackedPolicyTooLarge', 'Serialized token too large for session'],
  INVALID_JWT: ['InvalidIdentityToken', notJwt],
  ALG_UNSUPPORTED: ['InvalidIdentityToken', notValidated],
  MISSING_CLAIM: ['InvalidIdentityToken', 'Missing a required claim: {claim}'],
  NULL_SUBJECT: ['InternalFailure', 'Unknown error validating third-party token'],
  PROVIDER_NOT_FOUND: [
    'InvalidIdentityToken',
    'No OpenIDConnect provider found in your account for {issuer}',
  ],
  BAD_SIGNATURE: ['InvalidIdentityToken', notValidated],
  BAD_TIMESTAMP: ['InvalidIdentityToken', 'Invalid timestamp in token claims.'],
  TOKEN_EXPIRED: [
    'ExpiredTokenException',
    'Token expired: current date/time {now} must be before the expiration date/time {got}',
  ],
  NOT_YET_VALID: [
    'InvalidIdentityToken',
    'Token not yet valid: current date/time {now} must be after or equal to the not-before date/time {got}',
  ],
  ISSUED_IN_FUTURE: ['InvalidIdentityToken', 'Token issued in the future: {got}'],
  EMPTY_AUDIENCE: ['InvalidIdentityToken', 'Claim is not allowed to be empty: aud'],
  MULTIPLE_AUDIENCES_NO_AZP: [
    'InvalidIdentityToken',
    'Token audience contains more than one audience while authorized party is not present',
  ],
  AUDIENCE_NOT_REGISTERED: ['InvalidIdentityToken', notValidated],
  TAGS_FORMAT: ['InvalidIdentityToken', 'principal_tags passed in claim is not in correct format.'],
  SOURCE_IDENTITY_FORMAT: [
    'InvalidIdentityToken',
    'source_identity passed in claim is not in correct format.',
  ],
  ROLE_NOT_IN_ROLES_CLAIM: [
    'InvalidIdentityToken',
    'The target role ARN is not present in the roles claim of the identity token',
  ],
  ROLES_CLAIM_FORMAT: ['InvalidIdentityToken', '{rule}'],
  MALFORMED_POLICY: ['MalformedPolicyDocument', '{rule}'],
  IDP_CONTROL_MISSING: ['MalformedPolicyDocument', '{rule}'],
  POLICY_TOO_LONG: ['LimitExceeded', 'Cannot exceed quota for ACLSizePerRole: {limit}'],
} as const satisfies Record<string, readonly [code: string, message: string]>

const statuses: { readonly [code: string]: number } = {
  AccessDenied: 403,
  InternalFailure: 500,
  LimitExceeded: 409,
}

/** An answer given outside the statements of the policy: what AWS says, and what we say. */
export interface Refusal {
  readonly reasonCode: RefusalCode
  /** One sentence with the value wanted and the value got. */
  readonly reason: string
  readonly awsError: AwsError
  /** One next step. */
  readonly hint: string
}

/** Builds a refusal; `facts` fill AWS's text. */
export function refuse(
  reasonCode: RefusalCode,
  facts: { readonly [name: string]: string | number },
  reason: string,
  hint: string,
): Refusal {
  const [code, text] = refusals[reasonCode]
  const message = text.replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? ''))
  return { reasonCode, reason, awsError: { code, status: statuses[code] ?? 400, message }, hint }
}

/** What AWS answers whenever the trust policy does not let the caller in, whatever the cause. */
export function accessDenied(permission: string): AwsError {
  return { code: 'AccessDenied', status: 403, message: `Not authorized to perform ${permission}` }
}
