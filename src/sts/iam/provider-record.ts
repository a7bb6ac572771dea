import type { Call, Parts, SignedCall } from '../action.ts'
import { AwsRefusal, noSuchEntity } from '../protocol/aws-refusal.ts'
import { type Constraints, constraints } from '../protocol/constraints.ts'
import { type ProviderRecord, withProvider } from '../state.ts'

/** Client ids one provider may have. */
export const maxClientIds = 100
/** Thumbprints one provider may have. */
export const maxThumbprints = 5

/** The `OpenIDConnectProviderArn` of a request. */
export function readProviderArn(check: Constraints): string {
  return check.required('OpenIDConnectProviderArn', { min: 20, max: 2048 })
}

/** The provider a call names by ARN. @throws AwsRefusal `NoSuchEntity` or `ValidationError` */
export function requireProvider(
  call: SignedCall,
  parts: Parts,
  missing: (arn: string) => string = notFound,
): ProviderRecord {
  const check = constraints(call.params)
  const arn = readProviderArn(check)
  check.done()
  requireOwnAccount(call, arn)
  const provider = parts.state.now().providers.get(arn)
  if (provider === undefined) throw noSuchEntity(missing(arn))
  return provider
}

function notFound(arn: string): string {
  return `OpenIDConnect Provider not found for arn ${arn}`
}

/** An administrator opens every account by ARN, a session only its own. */
function requireOwnAccount(call: SignedCall, arn: string): void {
  const account = /^arn:aws[a-z-]*:iam::(\d{12}):oidc-provider\/./.exec(arn)?.[1]
  if (account === undefined) {
    throw new AwsRefusal('ValidationError', 400, `Invalid ARN:  Could not be parsed!: ${arn.slice(0, 200)}`, {
      reasonCode: 'BAD_PROVIDER_ARN',
      reason:
        'OpenIDConnectProviderArn must be `arn:<partition>:iam::<12 digits>:oidc-provider/<host and path>`',
      suggestion: 'pass the ARN that CreateOpenIDConnectProvider gave back',
    })
  }
  if (call.caller.kind === 'administrator' || account === call.caller.account) return
  throw new AwsRefusal(
    'AccessDenied',
    403,
    `User: ${call.caller.arn} is not authorized to access this resource`,
    {
      reasonCode: 'OTHER_ACCOUNT',
      reason: `the provider belongs to account ${account}, the caller to ${call.caller.account}`,
      suggestion: 'use credentials of the account that owns the provider',
    },
  )
}

/** Puts a changed provider in place. */
export function saveProvider(call: Call, parts: Parts, provider: ProviderRecord): Promise<void> {
  return parts.state.change(call.nowMs, withProvider(parts.state.now(), provider))
}

/** A list without repetitions, order kept. */
export function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}
