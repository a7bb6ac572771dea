/** What AWS is to be told: one role that one subject may become, through one identity provider. */
export interface SetupTarget {
  /** With `https://`; becomes the provider's URL and, without the scheme, the front of the condition keys. */
  readonly issuer: string
  readonly audience: string
  readonly subject: string
  readonly roleName: string
  /** The role's path: `/`, or text between slashes such as `/ci/`. */
  readonly rolePath: string
  /** The role's MaxSessionDuration when it is made, 3,600 to 43,200. */
  readonly maxSessionSeconds: number
  /** ARNs of managed policies for the role. */
  readonly policyArns: readonly string[]
  /** 12 digits. */
  readonly account: string
  readonly partition: string
  /** False when the account has the provider already: there is one for each URL. */
  readonly createsProvider: boolean
}

/** How the set-up is written. */
export type SetupFormat = 'cloudformation' | 'terraform' | 'pulumi' | 'cdk' | 'cli'

/** The formats in the order help shows them. */
export const setupFormats: readonly SetupFormat[] = ['cloudformation', 'terraform', 'pulumi', 'cdk', 'cli']

/** The issuer as condition keys and ARNs spell it. */
export function issuerHost({ issuer }: Pick<SetupTarget, 'issuer'>): string {
  return issuer.replace(/^https?:\/\//, '')
}

/** The ARN of the provider. */
export function providerArn(target: Pick<SetupTarget, 'issuer' | 'account' | 'partition'>): string {
  return `arn:${target.partition}:iam::${target.account}:oidc-provider/${issuerHost(target)}`
}

/** The ARN of the role. */
export function roleArn(
  target: Pick<SetupTarget, 'roleName' | 'rolePath' | 'account' | 'partition'>,
): string {
  return `arn:${target.partition}:iam::${target.account}:role${target.rolePath}${target.roleName}`
}

/** The trust policy: this audience and this subject of this provider, compared exactly. */
export function trustPolicy(target: SetupTarget): object {
  return { Version: '2012-10-17', Statement: [trustStatement(target)] }
}

/** The one statement of that policy. */
export function trustStatement(target: SetupTarget): object {
  const host = issuerHost(target)
  return {
    Effect: 'Allow',
    Principal: { Federated: providerArn(target) },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${host}:aud`]: target.audience, [`${host}:sub`]: target.subject } },
  }
}
