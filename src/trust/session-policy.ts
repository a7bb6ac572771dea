import { plainJson, readJson } from './policy/json.ts'
import { type Refusal, refuse } from './refusal.ts'

/** Characters that an inline session policy and the ARNs beside it may have together. */
export const maxSessionPolicyCharacters = 2048

/** What a call narrows its session with. */
export interface SessionPolicies {
  readonly inline: string | null
  readonly arns: readonly string[] | null
}

/**
 * Checks session policies as STS does once the caller is let in (aws specification §2.8): ARNs of managed policies, the size of
 * both together, and that the inline text is JSON. Their lengths as parameters are checked before the token is opened. Whether
 * the text is a policy is `checkSessionDocument`'s to say: it does not bear on who is let in.
 */
export function checkSessionPolicies({ inline, arns }: SessionPolicies): Refusal | null {
  for (const arn of arns ?? []) {
    if (/^arn:aws[a-z-]*:iam::(aws|\d{12}):policy\/[\w+=,.@/-]+$/.test(arn)) continue
    const shown = arn.slice(0, 200)
    const reason = `a session policy must be the ARN of a managed policy, got \`${shown}\``
    return refuse(
      'BAD_POLICY_ARN',
      { got: shown },
      reason,
      'pass ARNs such as `arn:aws:iam::aws:policy/ReadOnlyAccess`',
    )
  }
  const characters = (inline?.length ?? 0) + (arns ?? []).join('').length
  if (characters > maxSessionPolicyCharacters) {
    const reason = `session policies and ARNs together have ${characters} characters, at most ${maxSessionPolicyCharacters} are taken`
    return refuse('SESSION_POLICIES_TOO_LARGE', {}, reason, 'shorten the session policy')
  }
  const node = inline === null ? null : readJson(inline)
  if (node === null || !('problem' in node)) return null
  return malformed('This policy contains invalid Json', `the session policy is not JSON: ${node.problem}`)
}

function malformed(rule: string, reason: string): Refusal {
  return refuse('MALFORMED_POLICY', { rule }, reason, 'correct the session policy in the Policy parameter')
}

/** Whether a text that `checkSessionPolicies` let pass has the form of a session policy: statements, and no principal. */
export function checkSessionDocument({ inline }: SessionPolicies): Refusal | null {
  const node = inline === null ? null : readJson(inline)
  if (node === null || 'problem' in node) return null
  const document = plainJson(node)
  const statement = isRecord(document) ? document['Statement'] : undefined
  for (const one of Array.isArray(statement) ? statement : [statement]) {
    if (!isRecord(one) || (one['Effect'] !== 'Allow' && one['Effect'] !== 'Deny')) {
      const reason = 'the session policy needs statements with an Effect of Allow or Deny'
      return malformed('Syntax errors in policy.', reason)
    }
    if ('Principal' in one || 'NotPrincipal' in one) {
      const reason = 'a session policy names no principal: it narrows the session that it is passed for'
      return malformed('Policy document should not specify a principal.', reason)
    }
    if (!('Action' in one || 'NotAction' in one) || !('Resource' in one || 'NotResource' in one)) {
      return malformed('Syntax errors in policy.', 'each statement needs an Action and a Resource')
    }
  }
  return null
}

function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
