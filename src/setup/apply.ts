import { type Decision, decide, probeInput, prove } from '../trust/index.ts'
import { automatonOf } from '../trust/language/automaton.ts'
import { text } from '../trust/language/expression.ts'
import { complement } from '../trust/language/operations.ts'
import { type AwsAccount, type AwsCallError, isAwsCallError } from './account.ts'
import { type AccountState, type Plan, type PlanItem, readState } from './plan.ts'
import { roleArn, type SetupTarget } from './target.ts'

/** How far a plan got. `error` is null when all of it was done. */
export interface Applied {
  readonly done: Plan
  readonly left: Plan
  readonly error: AwsCallError | null
}

/** Does a plan step by step, and stops at the first refusal; `onDone` hears of every step. */
export async function applyPlan(
  account: AwsAccount,
  plan: Plan,
  onDone: (item: PlanItem) => void,
): Promise<Applied> {
  const steps = plan.filter(({ run }) => run !== null)
  for (const [index, step] of steps.entries()) {
    try {
      await step.run?.(account)
    } catch (error) {
      if (!isAwsCallError(error)) throw error
      return { done: steps.slice(0, index), left: steps.slice(index), error }
    }
    onDone(step)
  }
  return { done: steps, left: [], error: null }
}

/** What the account's own answers prove. */
export interface SetupProof {
  readonly decision: Decision
  /** Claims of a token of the issuer that gets in too, or null when it is proved that there is none. */
  readonly others: object | null
  /** Why the second question could not be answered; null when it was. */
  readonly unknown: string | null
}

/** Decides over what an account has now, whether the target gets in, and whether anybody else of its issuer does. */
export function proveSetup(target: SetupTarget, { provider, role }: AccountState): SetupProof {
  const { issuer: url, account, audience: aud, subject: sub, partition } = target
  const identityProvider = provider === null ? null : { url, account, clientIds: provider.clientIds }
  const policy = role?.trustPolicy ?? '{"Version":"2012-10-17","Statement":[]}'
  const probe = probeInput(policy, { url, account, clientIds: [aud] }, { aud, sub }, { partition })
  const decision = decide({
    ...probe,
    provider: identityProvider,
    role: {
      arn: roleArn(target),
      maxSessionDurationSeconds: role?.maxSessionSeconds ?? 3600,
      tags: role?.tags ?? {},
    },
  })
  if (identityProvider === null) return { decision, others: null, unknown: 'there is no identity provider' }
  const never = complement(automatonOf(text(sub)))
  const proof = prove({ policy, provider: identityProvider, partition, never })
  return {
    decision,
    others: proof.verdict === 'counter-example' ? proof.claims : null,
    unknown: proof.verdict === 'unknown' ? proof.why : null,
  }
}

/** The longest that IAM's answers were seen to lag behind what was just written, with room: about 15 s. */
const waits = [0, 500, 1000, 2000, 4000, 8000]

/** Reads back until the account's answers admit the target, or time is up; gives the last proof. @throws AwsCallError */
export async function proveApplied(
  account: AwsAccount,
  target: SetupTarget,
  sleep: (milliseconds: number) => Promise<void>,
): Promise<SetupProof> {
  for (const [index, wait] of waits.entries()) {
    await sleep(wait)
    const proof = proveSetup(target, await readState(account, target))
    if (proof.decision.effect === 'allow' || index === waits.length - 1) return proof
  }
  throw new Error('there is at least one try')
}
