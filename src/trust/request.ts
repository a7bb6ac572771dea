/** Claims of a token as JSON gave them. Nothing in `trust/` checks a signature: the caller says whether it held. */
export type Claims = { readonly [name: string]: unknown }

/** The identity provider object of the role's account. */
export interface IdentityProvider {
  /** With `https://` (or `http://` on loopback, for the sandbox). */
  readonly url: string
  readonly clientIds: readonly string[]
  readonly account: string
}

/** A token as it was read, and whether its signature held. */
export interface TokenFacts {
  readonly header: { readonly [name: string]: unknown }
  readonly claims: Claims
  readonly signatureValid: boolean
}

/** The role that is asked for. */
export interface RoleFacts {
  readonly arn: string
  readonly maxSessionDurationSeconds: number
  readonly tags: { readonly [key: string]: string }
}

/** One `AssumeRoleWithWebIdentity` call, its parameters and surroundings. Times are epoch seconds. */
export interface AssumeRequest {
  readonly roleSessionName: string
  readonly durationSeconds?: number
  readonly nowSeconds: number
  readonly sourceIp?: string
  readonly region?: string
  readonly userAgent?: string
  /** The inline session policy's text, and ARNs of managed session policies; only their sizes matter here. */
  readonly sessionPolicy?: string
  readonly sessionPolicyArns?: readonly string[]
}

/** Everything a trust decision depends on. `provider` is null when the account has none for the issuer. */
export interface TrustInput {
  /** The document as parsed JSON, or its text. */
  readonly policy: unknown
  readonly provider: IdentityProvider | null
  readonly role: RoleFacts
  readonly token: TokenFacts
  readonly request: AssumeRequest
}
