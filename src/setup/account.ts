/** An identity provider object of an AWS account. */
export interface ProviderState {
  readonly arn: string
  /** With `https://`, which IAM leaves out. */
  readonly url: string
  readonly clientIds: readonly string[]
}

/** A role as IAM knows it. */
export interface RoleState {
  readonly arn: string
  readonly name: string
  /** The trust policy's text, decoded. */
  readonly trustPolicy: string
  readonly maxSessionSeconds: number
  readonly tags: { readonly [key: string]: string }
}

/** Whose credentials are used. */
export interface AccountCaller {
  readonly account: string
  readonly arn: string
}

/**
 * One AWS account through IAM, with the credentials that AWS's own tools would use. What does not exist is null; every
 * other refusal is thrown.
 *
 * @throws AwsCallError when AWS says no or cannot be reached, from every member
 */
export interface AwsAccount {
  caller(): Promise<AccountCaller>
  role(name: string): Promise<RoleState | null>
  /** ARNs of the managed policies attached to a role. */
  attachedPolicies(role: string): Promise<readonly string[]>
  /** Names of the policies that are written into a role. */
  inlinePolicies(role: string): Promise<readonly string[]>
  provider(arn: string): Promise<ProviderState | null>
  /** ARNs of all identity providers. */
  providers(): Promise<readonly string[]>
  createProvider(url: string, clientId: string): Promise<void>
  addClientId(providerArn: string, clientId: string): Promise<void>
  createRole(role: {
    readonly name: string
    readonly path: string
    readonly trustPolicy: string
    readonly maxSessionSeconds: number
    readonly description: string
  }): Promise<void>
  replaceTrustPolicy(role: string, trustPolicy: string): Promise<void>
  setMaxSession(role: string, seconds: number): Promise<void>
  attachPolicy(role: string, policyArn: string): Promise<void>
}

/** How to reach an account. Absent settings are looked for where AWS's own tools look: variables, then the profile. */
export interface AccountOptions {
  readonly profile?: string
  readonly region?: string
  readonly endpoint?: string
  /** Credentials instead of those that AWS's own tools would find. */
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  /** The partition that the call is about; its home region is used when no region of it is set. */
  readonly partition: string
}

/** AWS refused a call, or no answer came. `message` is AWS's; `awsCode` its code, `''` when there was no answer. */
export class AwsCallError extends Error {
  readonly operation: string
  readonly awsCode: string
  constructor(operation: string, awsCode: string, message: string, options: ErrorOptions = {}) {
    super(message, options)
    this.name = 'AwsCallError'
    this.operation = operation
    this.awsCode = awsCode
  }
}

/** Whether AWS refused a call. Told by name: what calls AWS is a bundle of its own, with a class of its own. */
export function isAwsCallError(error: unknown): error is AwsCallError {
  return error instanceof Error && error.name === 'AwsCallError' && 'awsCode' in error
}
