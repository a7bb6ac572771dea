import { isDeepStrictEqual } from 'node:util'
import { decide, probeInput } from '../trust/index.ts'
import type { AwsAccount, ProviderState, RoleState } from './account.ts'
import { providerArn, roleArn, type SetupTarget, trustPolicy, trustStatement } from './target.ts'

/** What an account has of a set-up already. */
export interface AccountState {
  readonly provider: ProviderState | null
  readonly role: RoleState | null
  readonly attachedPolicies: readonly string[]
  /** Names of the policies that are written into the role. */
  readonly inlinePolicies: readonly string[]
}

/** One thing of the set-up, and what becomes of it. */
export interface PlanItem {
  readonly action: 'create' | 'update' | 'keep'
  readonly what:
    | 'identity provider'
    | 'audience'
    | 'role'
    | 'trust policy'
    | 'longest session'
    | 'policy'
    | 'inline policy'
  readonly name: string
  /** What it is or becomes, in words; `''` for nothing more. */
  readonly detail: string
  /** The trust policies before and after, for an update of one. */
  readonly policies?: { readonly before: string; readonly after: string }
  /** Null when nothing is to be done. */
  readonly run: ((account: AwsAccount) => Promise<void>) | null
}

/** What `--apply` would do, in order. */
export type Plan = readonly PlanItem[]

/** Reads what the plan depends on. @throws AwsCallError */
export async function readState(account: AwsAccount, target: SetupTarget): Promise<AccountState> {
  const [provider, role] = await Promise.all([
    account.provider(providerArn(target)),
    account.role(target.roleName),
  ])
  if (role === null) return { provider, role, attachedPolicies: [], inlinePolicies: [] }
  const [attachedPolicies, inlinePolicies] = await Promise.all([
    account.attachedPolicies(target.roleName),
    account.inlinePolicies(target.roleName),
  ])
  return { provider, role, attachedPolicies, inlinePolicies }
}

/**
 * The changes that let the target in, none where the account does already. A trust policy that exists keeps all its
 * statements and gets one more, unless `replacesPolicy`.
 *
 * @throws Error that says why the plan cannot lead there
 */
export function planSetup(
  target: SetupTarget,
  state: AccountState,
  { replacesPolicy = false }: { readonly replacesPolicy?: boolean } = {},
): Plan {
  return [
    ...planProvider(target, state),
    ...planRole(target, state, replacesPolicy),
    ...planPolicies(target, state),
  ]
}

function planProvider(target: SetupTarget, { provider }: AccountState): Plan {
  const arn = providerArn(target)
  const { issuer, audience } = target
  if (provider === null) {
    if (!target.createsProvider)
      throw new Error(
        `account ${target.account} has no identity provider ${arn}; leave --existing-provider out`,
      )
    const run = (account: AwsAccount) => account.createProvider(issuer, audience)
    return [{ action: 'create', what: 'identity provider', name: arn, detail: `audience ${audience}`, run }]
  }
  const isRegistered = provider.clientIds.includes(audience)
  const kept: PlanItem = { action: 'keep', what: 'identity provider', name: arn, detail: '', run: null }
  if (isRegistered) return [{ ...kept, detail: `audience ${audience} is registered` }]
  const run = (account: AwsAccount) => account.addClientId(arn, audience)
  return [kept, { action: 'create', what: 'audience', name: audience, detail: `of ${arn}`, run }]
}

function planRole(target: SetupTarget, { role }: AccountState, replacesPolicy: boolean): Plan {
  const arn = roleArn(target)
  const { roleName: name, rolePath: path, maxSessionSeconds } = target
  if (role === null) {
    const policy = JSON.stringify(trustPolicy(target))
    const run = (account: AwsAccount) =>
      account.createRole({
        name,
        path,
        trustPolicy: policy,
        maxSessionSeconds,
        description: `Assumed by ${target.subject}`.slice(0, 1000),
      })
    const detail = `only ${target.subject} can become it, for at most ${maxSessionSeconds} s`
    return [{ action: 'create', what: 'role', name: arn, detail, run }]
  }
  if (role.arn !== arn)
    throw new Error(
      `the account has the role ${role.arn}, which is not ${arn}: a role's name is unique whatever its path`,
    )
  const kept: PlanItem = { action: 'keep', what: 'role', name: arn, detail: '', run: null }
  return [kept, ...planTrust(target, role, replacesPolicy), ...planSession(target, role)]
}

function planTrust(target: SetupTarget, role: RoleState, replacesPolicy: boolean): Plan {
  const name = roleArn(target)
  const before = role.trustPolicy
  const parsed = JSON.parse(before) as { readonly Statement?: object | readonly object[] }
  const isAdmitted = refusalUnder(target, parsed) === null
  const wanted = replacesPolicy ? trustPolicy(target) : isAdmitted ? parsed : withStatement(parsed, target)
  const refusal = refusalUnder(target, wanted)
  if (refusal !== null)
    throw new Error(
      `the trust policy of ${name} would refuse even with one statement more: ${refusal}; change it, or let --replace-policy write a new one`,
    )
  if (isDeepStrictEqual(wanted, parsed)) {
    return [{ action: 'keep', what: 'trust policy', name, detail: `admits ${target.subject}`, run: null }]
  }
  const after = JSON.stringify(wanted)
  return [
    {
      action: 'update',
      what: 'trust policy',
      name,
      detail: replacesPolicy ? 'replaced' : 'one statement is added',
      policies: { before, after },
      run: (account) => account.replaceTrustPolicy(target.roleName, after),
    },
  ]
}

function withStatement(
  policy: { readonly Statement?: object | readonly object[] },
  target: SetupTarget,
): object {
  return { ...policy, Statement: [...[policy.Statement ?? []].flat(), trustStatement(target)] }
}

/** Why the target is refused under a trust policy, its audience registered; null = it is admitted. */
export function refusalUnder(target: SetupTarget, policy: object): string | null {
  const { issuer: url, account, audience: aud, subject: sub, partition } = target
  const decision = decide(probeInput(policy, { url, account, clientIds: [aud] }, { aud, sub }, { partition }))
  return decision.effect === 'allow' ? null : decision.reason
}

function planSession({ roleName, maxSessionSeconds }: SetupTarget, role: RoleState): Plan {
  if (role.maxSessionSeconds >= maxSessionSeconds) return []
  const detail = `from ${role.maxSessionSeconds} s to ${maxSessionSeconds} s, as the login asks for`
  const run = (account: AwsAccount) => account.setMaxSession(roleName, maxSessionSeconds)
  return [{ action: 'update', what: 'longest session', name: role.arn, detail, run }]
}

// What the role may do besides is shown: it is what the environment gets.
function planPolicies(target: SetupTarget, { attachedPolicies, inlinePolicies }: AccountState): Plan {
  const kept = attachedPolicies.map((arn) => keptPolicy('policy', arn, 'is attached'))
  const inline = inlinePolicies.map((name) => keptPolicy('inline policy', name, 'is written into the role'))
  const missing = target.policyArns.filter((arn) => !attachedPolicies.includes(arn))
  const attached = missing.map((arn): PlanItem => {
    const run = (account: AwsAccount) => account.attachPolicy(target.roleName, arn)
    return { action: 'create', what: 'policy', name: arn, detail: `attached to ${target.roleName}`, run }
  })
  return [...kept, ...inline, ...attached]
}

function keptPolicy(what: PlanItem['what'], name: string, detail: string): PlanItem {
  return { action: 'keep', what, name, detail, run: null }
}
