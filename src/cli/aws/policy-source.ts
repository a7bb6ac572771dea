import type { AwsAccount, RoleState } from '../../setup/account.ts'
import { parseRoleArn } from '../../trust/index.ts'
import type { Output } from '../output.ts'
import type { World } from '../world.ts'
import { accountOf, withAws } from './account-flags.ts'
import { type PolicyFile, policyFileOf, readPolicyFile, type TrustedProvider } from './policy-file.ts'
import { readRole } from './role-facts.ts'

/** The flags that say where a role's policy is read, and what its provider registers. */
export interface SourceFlags {
  readonly 'client-id': readonly string[]
  readonly 'endpoint-url': string
  readonly profile: string
  readonly region: string
}

/** What is known of a role besides its policy, when it was read through IAM. */
export interface RoleSource {
  readonly role: RoleState
  readonly attachedPolicies: readonly string[]
  readonly account: AwsAccount
}

/** Whether an argument names a role in AWS rather than a file. */
export function isRole(argument: string): boolean {
  return argument.startsWith('arn:')
}

/** Reads a role through IAM. @throws Failure as `readRole` */
export async function readRoleSource(world: World, arn: string, flags: SourceFlags): Promise<RoleSource> {
  const account = await accountOf(world, flags, parseRoleArn(arn)?.partition ?? 'aws')
  const role = await readRole(account, arn)
  const attachedPolicies = await withAws(() => account.attachedPolicies(role.name))
  return { role, attachedPolicies, account }
}

/**
 * The trust policy of a file, or of a role by its ARN; of a role, its account says which audiences the providers register
 * unless `--client-id` does.
 *
 * @throws Failure as `readPolicyFile` and `readRole`
 */
export async function readPolicy(
  { world, out }: { readonly world: World; readonly out: Output },
  argument: string,
  flags: SourceFlags,
): Promise<PolicyFile> {
  const given = flags['client-id']
  if (!isRole(argument)) return await readPolicyFile(world, argument, given)
  const { role, account } = await readRoleSource(world, argument, flags)
  const policy = policyFileOf(argument, role.trustPolicy, given)
  if (given.length > 0) return policy
  const trusts = await Promise.all(policy.trusts.map((trusted) => asRegistered(account, trusted, out)))
  return { ...policy, trusts }
}

/** A trusted provider with the audiences that the account registers. */
export async function asRegistered(
  account: AwsAccount,
  trusted: TrustedProvider,
  out: Output,
): Promise<TrustedProvider> {
  const { provider, partition } = trusted
  const arn = `arn:${partition}:iam::${provider.account}:oidc-provider/${provider.url.replace(/^https?:\/\//, '')}`
  const registered = await withAws(() => account.provider(arn))
  if (registered !== null) return { ...trusted, provider: { ...provider, clientIds: registered.clientIds } }
  out.note(`the account has no identity provider ${arn}: until it is made, nobody gets in through it`)
  return trusted
}
