import type { DeadCondition } from './dead-conditions.ts'
import type { Proof } from './prove.ts'

/** A proof, or the token that disproves the claim, as text for a person. */
export function renderProof(proof: Proof): string {
  if (proof.verdict === 'proved') return 'proved: no token with such a subject can become the role\n'
  if (proof.verdict === 'unknown') return `not proved: ${proof.why}\n`
  const lines = ['disproved: this token becomes the role', `  claims   ${JSON.stringify(proof.claims)}`]
  if (Object.keys(proof.request).length > 0) lines.push(`  call     ${JSON.stringify(proof.request)}`)
  if (proof.roleTags !== undefined) lines.push(`  role     tags ${JSON.stringify(proof.roleTags)}`)
  lines.push(`  because  ${proof.decision.reason}`)
  return `${lines.join('\n')}\n`
}

/** Parts of a policy that do nothing, as text for a person. */
export function renderDeadConditions(dead: readonly DeadCondition[]): string {
  if (dead.length === 0) return 'every condition does something\n'
  return `${dead.map(({ statement, kind, what }) => `statement ${statement + 1}: ${kind}: ${what}`).join('\n')}\n`
}
