import type { ExecutionContext } from '../eval/index.ts'
import type { LoginPlatform } from '../oidc/index.ts'

/** What a login token said, for messages. The token itself appears in none. */
export interface SentClaims {
  readonly iss: string
  readonly aud: string
  readonly sub: string
}

/** Mints the token of one login. Bound to one open: organization, caller and issuer are already settled. */
export interface LoginTokens {
  mint(request: {
    readonly platform: LoginPlatform
    readonly subjectAttributes: readonly string[] | null
    readonly context: ExecutionContext
    /** Only for `snowflake`: the user, and the role when one was asked for. */
    readonly snowflake?: { readonly user: string; readonly role: string | null }
  }): Promise<{ readonly token: string; readonly claims: SentClaims }>
}

/** Mints and previews tokens of the second issuer, whose audience an author chooses (oidc §1.7). */
export interface IdentityTokens {
  mint(request: {
    readonly audience: string
    readonly durationSeconds: number
    readonly context: ExecutionContext
  }): Promise<string>
  preview(request: { readonly audience: string; readonly context: ExecutionContext }): Promise<ClaimsPreview>
  previewLogin(request: {
    readonly platform: string
    readonly subjectAttributes: readonly string[] | null
    readonly context: ExecutionContext
  }): Promise<ClaimsPreview>
}

/** Claims as they would be signed, without `iat`, `nbf`, `exp` and `jti`. */
export type ClaimsPreview = { readonly [claim: string]: string | readonly string[] }

/** Credentials as STS gives them. `expiration` is RFC 3339. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: string
  /** The id that STS gave the request; CloudTrail knows it too. */
  readonly requestId?: string | undefined
}

/** The one AWS call of a login: an unsigned `AssumeRoleWithWebIdentity`. */
export interface AwsTokenExchange {
  /** @throws AwsRefusal when STS says no; any other Error when it could not be reached */
  assumeRoleWithWebIdentity(request: {
    readonly roleArn: string
    readonly roleSessionName: string
    /** The organization whose environment is opened; which accounts it may log in to is the operator's to say. */
    readonly organization: string
    readonly webIdentityToken: string
    readonly durationSeconds: number
    readonly policyArns: readonly string[]
    readonly signal: AbortSignal
    /** What the call carries beside its own headers, such as `traceparent`. */
    readonly headers?: Readonly<Record<string, string>>
  }): Promise<AwsCredentials>
  /**
   * The trust engine's explanation of a refusal when the role's policy is known: the local sandbox tells it, and a server
   * that may reads it from IAM. Else null.
   */
  explain(refusal: AwsRefusal, asked: RefusedExchange): Promise<RefusalExplanation | null>
}

/** What was asked when STS said no. */
export interface RefusedExchange {
  readonly roleArn: string
  readonly roleSessionName: string
  readonly durationSeconds: number
  readonly claims: SentClaims
}

/** Why a trust policy said no. */
export interface RefusalExplanation {
  /** Each statement and condition, wanted and got, in lines; empty when no policy was looked at. */
  readonly trace: string
  /** The smallest change that would let the login in. */
  readonly next: string | null
}

/** What answered in the place of STS was none of its answers: `message` tells what it was. */
export class StsUnexpectedAnswer extends Error {
  constructor(got: string, options: ErrorOptions = {}) {
    super(
      `sts_unexpected_response: wanted an answer of STS about the role that was asked for, got ${got}`,
      options,
    )
    this.name = 'StsUnexpectedAnswer'
  }
}

/** The operator does not let this server log in to an account: nothing was sent. */
export class AccountNotAllowed extends Error {
  constructor(account: string, organization: string, options: ErrorOptions = {}) {
    super(
      `account ${account} is not one that organization ${organization} may log in to on this server`,
      options,
    )
    this.name = 'AccountNotAllowed'
  }
}

/** STS or IAM said no. */
export class AwsRefusal extends Error {
  /** AWS's error code, e.g. `AccessDenied`. Match on it, never on the text. */
  readonly awsCode: string
  /** Where the sandbox keeps the decision; null for real AWS. */
  readonly decisionUrl: string | null
  constructor(awsCode: string, message: string, decisionUrl: string | null, options: ErrorOptions = {}) {
    super(message, options)
    this.name = 'AwsRefusal'
    this.awsCode = awsCode
    this.decisionUrl = decisionUrl
  }
}
