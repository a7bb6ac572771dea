import { validationError } from './protocol/aws-refusal.ts'

/** A role's ARN in parts. `path` starts and ends with a slash. */
export interface RoleArnParts {
  readonly partition: string
  readonly account: string
  readonly path: string
  readonly name: string
}

const roleArn = /^arn:(aws[a-z-]*):iam::(\d{12}):role(\/(?:[!-~]*\/)?)([\w+=,.@-]{1,64})$/

/** The parts of a role ARN, or `null` when the text is not one. */
export function parseRoleArn(text: string): RoleArnParts | null {
  const match = roleArn.exec(text)
  if (match === null) return null
  return { partition: match[1]!, account: match[2]!, path: match[3]!, name: match[4]! }
}

/** As `parseRoleArn`, refusing what AWS refuses. @throws AwsRefusal `ValidationError` */
export function requireRoleArn(text: string): RoleArnParts {
  const parts = parseRoleArn(text)
  if (parts !== null) return parts
  throw validationError('Request ARN is invalid', {
    reasonCode: 'BAD_ROLE_ARN',
    reason: `RoleArn must be \`arn:<partition>:iam::<12 digits>:role/<name>\`, got \`${text.slice(0, 200)}\``,
    suggestion: 'pass the ARN that CreateRole gave back',
  })
}

/** The ARN of the identity provider for an issuer URL: the URL without its scheme, exactly as spelled. */
export function providerArn(partition: string, account: string, issuerUrl: string): string {
  return `arn:${partition}:iam::${account}:oidc-provider/${withoutScheme(issuerUrl)}`
}

/** `https://a.example/b` → `a.example/b`. */
export function withoutScheme(url: string): string {
  return url.replace(/^https?:\/\//, '')
}

/** `arn:aws:sts::…:assumed-role/<role>/<session>`; the role's path is dropped, as AWS does. */
export function assumedRoleArn(role: RoleArnParts, sessionName: string): string {
  return `arn:${role.partition}:sts::${role.account}:assumed-role/${role.name}/${sessionName}`
}

/** The partition a region belongs to. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  if (region.startsWith('us-gov-')) return 'aws-us-gov'
  return 'aws'
}
