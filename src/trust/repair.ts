import { operators } from './condition/registry.ts'
import type { ConditionTrace, Decision } from './decision.ts'
import { compileGlob, globPieces } from './glob.ts'
import { claimKeysOf } from './issuers.ts'
import { absentKeys } from './keys.ts'
import { listOf, type PlainStatement } from './policy/plain.ts'
import { parseProviderArn } from './policy/principal-grammar.ts'

type Block = Record<string, unknown>

/**
 * Edits one false condition in place so that the request would pass, without widening it further than to this
 * request. Gives back what was done in words, or `null` when no edit of the policy is the right answer (a missing
 * optional claim, a time, an address, a negated operator).
 */
export function repairCondition(
  statement: PlainStatement,
  failed: ConditionTrace,
  provider: string,
  decision: Decision,
): string | null {
  const condition = statement['Condition'] as Record<string, Block>
  // A statement is traced once for each permission; its condition is mended once.
  if (condition[failed.operator]?.[failed.key] === undefined) return null
  const issuer = parseProviderArn(provider)?.issuer ?? provider
  if (!failed.present) return repairAbsent(condition, failed, issuer, decision)
  const base = failed.operator.replace(/^.*:/, '').replace(/IfExists$/, '')
  const operator = operators.get(base)
  if (!/^(String|Arn)/.test(base) || operator === undefined || operator.negated) return null
  if (failed.why.startsWith('the key has a set')) {
    return moveKey(condition, failed, `ForAnyValue:${failed.operator}`, failed.key)
  }
  if (base === 'StringEquals' && wouldMatchAsPattern(failed)) {
    const like = failed.operator.replace('StringEquals', 'StringLike')
    return moveKey(condition, failed, like, failed.key)
  }
  const block = condition[failed.operator]!
  const missing = failed.got.map((value) => (operator.takesWildcards ? escapeWildcards(value) : value))
  block[failed.key] = [...new Set([...listOf(block[failed.key]), ...missing])]
  return `add ${missing.map((value) => `\`${value}\``).join(', ')} to ${failed.operator} ${failed.key}`
}

function wouldMatchAsPattern({ expanded, got }: ConditionTrace): boolean {
  return expanded.some(
    (text) => /[*?]/.test(text) && got.some((value) => compileGlob(globPieces(text)).test(value)),
  )
}

function escapeWildcards(text: string): string {
  return text.replace(/[*?]/g, (mark) => `\${${mark}}`)
}

function repairAbsent(
  condition: Record<string, Block>,
  failed: ConditionTrace,
  issuer: string,
  { trace }: Decision,
): string | null {
  const claim = claimKeysOf(issuer).find((name) =>
    failed.key.toLowerCase().endsWith(`:${name.toLowerCase()}`),
  )
  const right = `${issuer}:${claim}`
  if (claim !== undefined && right.toLowerCase() !== failed.key.toLowerCase()) {
    return moveKey(condition, failed, failed.operator, right)
  }
  if (claim !== undefined || !isNeverSupplied(failed.key)) return null
  const subject = `${issuer}:sub`
  if (trace.some((row) => row.conditions.some(({ key, holds }) => key.toLowerCase() === subject && holds))) {
    removeKey(condition, failed.operator, failed.key)
    return `drop ${failed.operator} ${failed.key}, which AWS never supplies`
  }
  return null
}

function isNeverSupplied(key: string): boolean {
  return absentKeys.some((pattern) => pattern.test(key)) || !/^(aws|sts|iam):/i.test(key)
}

function moveKey(
  condition: Record<string, Block>,
  from: ConditionTrace,
  operator: string,
  key: string,
): string {
  const values = condition[from.operator]![from.key]
  removeKey(condition, from.operator, from.key)
  condition[operator] = { ...condition[operator], [key]: values }
  if (operator === from.operator) return `write the condition key as \`${key}\``
  return `use ${operator} for ${key}`
}

function removeKey(condition: Record<string, Block>, operator: string, key: string): void {
  delete condition[operator]![key]
  if (Object.keys(condition[operator]!).length === 0) delete condition[operator]
}
