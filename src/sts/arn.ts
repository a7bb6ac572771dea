import { parseRoleArn, type RoleArnParts } from '../trust/index.ts'
import { validationError } from './protocol/aws-refusal.ts'

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
