import { decide, lint, probeInput, prove } from '../trust/index.ts'
import { automatonOf } from '../trust/language/automaton.ts'
import { text } from '../trust/language/expression.ts'
import { complement } from '../trust/language/operations.ts'
import { type SetupTarget, trustPolicy } from './target.ts'

/**
 * What is wrong with the policy that would be generated, or null: it must admit its own subject, and provably no other
 * subject of the issuer. Nothing is printed before this was asked.
 */
export function setupProblem(target: SetupTarget, policy: object = trustPolicy(target)): string | null {
  const { issuer, audience, subject, account, partition } = target
  const provider = { url: issuer, clientIds: [audience], account }
  const decision = decide(probeInput(policy, provider, { aud: audience, sub: subject }, { partition }))
  if (decision.effect !== 'allow') return `the policy does not admit its own subject: ${decision.reason}`
  const others = prove({ policy, provider, partition, never: complement(automatonOf(text(subject))) })
  if (others.verdict === 'unknown')
    return `it is not proved that the policy admits nobody else: ${others.why}`
  if (others.verdict !== 'proved') return `the policy also admits ${JSON.stringify(others.claims)}`
  const critical = lint(policy, { provider }).find(({ severity }) => severity === 'critical')
  return critical === undefined ? null : `${critical.id}: ${critical.what}`
}
