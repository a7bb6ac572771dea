import type { EscApi } from '../../client/index.ts'
import {
  type AwsAccount,
  applyPlan,
  type Plan,
  type PlanItem,
  planSetup,
  proveApplied,
  providerArn,
  readState,
  roleArn,
  type SetupProof,
  type SetupTarget,
  setupProblem,
} from '../../setup/index.ts'
import { diffReach, explain, type ReachDiff, renderDiff } from '../../trust/index.ts'
import { confirmed } from '../confirm.ts'
import { Exit, Failure } from '../failure.ts'
import type { Output } from '../output.ts'
import { unifiedDiff } from '../unified-diff.ts'
import type { World } from '../world.ts'
import { awsRefusal, withAws } from './account-flags.ts'
import { policyFileOf } from './policy-file.ts'
import { serverUniverse } from './universe.ts'

/** What applying needs. */
export interface ApplyCall {
  readonly world: World
  readonly out: Output
  readonly api: EscApi
  readonly organization: string
  readonly account: AwsAccount
  readonly yes: boolean
  readonly replacesPolicy: boolean
  readonly asJson: boolean
}

/**
 * Shows the plan, asks, does it, reads back and proves. Nothing is changed before the answer.
 *
 * @throws Failure when the credentials are of another account, the plan cannot work, nobody can be asked, or AWS refuses
 * @throws Exit 3 when all was done and the account's answers still do not admit the environment
 */
export async function applySetup(call: ApplyCall, target: SetupTarget): Promise<void> {
  const { world, out, account, asJson } = call
  const problem = setupProblem(target)
  if (problem !== null) throw new Failure(`nothing is changed: ${problem}`)
  const caller = await withAws(() => account.caller())
  if (caller.account !== target.account)
    throw new Failure(
      `the role is of account ${target.account}, the AWS credentials are of account ${caller.account} (${caller.arn}); use --profile for one of account ${target.account}`,
    )
  const state = await withAws(() => readState(account, target))
  let plan: Plan
  try {
    plan = planSetup(target, state, call)
  } catch (error) {
    throw new Failure(`nothing is changed: ${(error as Error).message}`)
  }
  const clientIds = [...new Set([...(state.provider?.clientIds ?? []), target.audience])]
  const reach = await reachChange(call, target, plan, clientIds)
  if (!asJson) out.write(planText(plan, reach, caller.arn, target.account))
  const steps = plan.filter(({ run }) => run !== null)
  if (steps.length > 0) await requireConsent(call, steps.length, target)
  const applied = await applyPlan(account, plan, (item) => {
    if (!asJson) out.line(`done: ${stepText(item)}`)
  })
  if (applied.error !== null) {
    const report = {
      target,
      plan: plan.map(shown),
      done: applied.done.map(shown),
      left: applied.left.map(shown),
    }
    if (asJson) out.json({ ...report, error: awsRefusal(applied.error) })
    else {
      for (const item of applied.left) out.note(`not done: ${stepText(item)}`)
    }
    throw new Failure(
      `${awsRefusal(applied.error)}. ${applied.done.length} of ${steps.length} steps are done and stay; the same command goes on from there`,
    )
  }
  const proof = await withAws(() => proveApplied(account, target, world.clock.sleep))
  if (asJson) {
    out.json({
      target,
      plan: plan.map(shown),
      done: applied.done.map(shown),
      left: [],
      reach,
      error: null,
      proof: { effect: proof.decision.effect, reason: proof.decision.reason, others: proof.others },
    })
  } else out.write(proofText(target, proof, steps.length))
  if (proof.decision.effect !== 'allow') throw new Exit(3)
}

async function requireConsent({ world, out, yes, asJson }: ApplyCall, count: number, target: SetupTarget) {
  if (yes) return
  if (!world.stdin.isTerminal && !/^(1|true)$/i.test(world.processEnv['PULUMI_SKIP_CONFIRMATIONS'] ?? ''))
    throw new Failure(
      `nothing is changed: there is no terminal to confirm ${count} changes at; look at the plan and add --yes`,
    )
  if (asJson) throw new Failure('nothing is changed: --output json leaves no room for a question; add --yes')
  const question = `This changes IAM in account ${target.account}.`
  if (!(await confirmed(world, out, question, 'yes'))) throw new Failure('nothing is changed: not confirmed')
}

/** Who gains and who loses the role by the change of an existing trust policy; null when there is none. */
async function reachChange(
  { api, organization }: ApplyCall,
  target: SetupTarget,
  plan: Plan,
  clientIds: readonly string[],
): Promise<ReachDiff | null> {
  const change = plan.find(({ policies }) => policies !== undefined)?.policies
  if (change === undefined) return null
  const name = roleArn(target)
  const file = policyFileOf(name, change.after, clientIds)
  const universe = await serverUniverse(api, organization, file, { users: [], teams: [] })
  const provider = { url: target.issuer, clientIds, account: target.account }
  const role = (policy: string) => ({ name, policy, provider, partition: target.partition })
  return diffReach(role(change.before), role(change.after), universe)
}

const marks = { create: '+', update: '~', keep: '=' } as const

function stepText({ action, what, name }: PlanItem): string {
  return `${action} ${what} ${name}`
}

function itemText(item: PlanItem): string {
  return `${stepText(item)}${item.detail === '' ? '' : `: ${item.detail}`}`
}

function shown({ action, what, name, detail, policies }: PlanItem) {
  return { action, what, name, detail, ...(policies !== undefined && { policies }) }
}

function planText(plan: Plan, reach: ReachDiff | null, caller: string, account: string): string {
  const lines = [`plan for account ${account}, as ${caller}`]
  for (const item of plan) {
    lines.push(`  ${marks[item.action]} ${itemText(item)}`)
    if (item.policies !== undefined) {
      const print = (text: string) => `${JSON.stringify(JSON.parse(text), null, 2)}\n`
      const { before, after } = item.policies
      lines.push(indented(unifiedDiff({ from: 'now', to: 'planned' }, print(before), print(after))))
    }
  }
  if (reach !== null) lines.push('  who can become the role:', indented(renderDiff(reach)))
  const count = plan.filter(({ run }) => run !== null).length
  lines.push(count === 0 ? 'no changes' : `${count} ${count === 1 ? 'change' : 'changes'}`)
  return `${lines.join('\n')}\n`
}

function indented(text: string): string {
  return text.trimEnd().replace(/^(?=.)/gm, '      ')
}

function proofText(target: SetupTarget, { decision, others, unknown }: SetupProof, changes: number): string {
  if (decision.effect !== 'allow')
    return `${changes === 0 ? '' : 'all changes are made, but '}AWS would still refuse the environment\n${explain(decision)}`
  const else_ =
    others !== null
      ? `it admits others too, for example ${JSON.stringify(others)}; \`esc aws trust reach\` lists them`
      : unknown === null
        ? 'and no other subject of this issuer'
        : `whether others get in is not proved: ${unknown}`
  return `proved from what IAM answers: ${roleArn(target)} admits ${target.subject} through ${providerArn(target)}, ${else_}\n`
}
