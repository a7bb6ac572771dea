/** What AWS is to be told: one role that one subject may become, through one identity provider. */
export interface SetupTarget {
  /** With `https://`; becomes the provider's URL and, without the scheme, the front of the condition keys. */
  readonly issuer: string
  readonly audience: string
  readonly subject: string
  readonly roleName: string
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
export function providerArn(target: SetupTarget): string {
  return `arn:${target.partition}:iam::${target.account}:oidc-provider/${issuerHost(target)}`
}

/** The trust policy: this audience and this subject of this provider, compared exactly. */
export function trustPolicy(target: SetupTarget): object {
  const host = issuerHost(target)
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: providerArn(target) },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${host}:aud`]: target.audience, [`${host}:sub`]: target.subject } },
      },
    ],
  }
}
