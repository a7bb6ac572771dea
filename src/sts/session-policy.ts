import { deflateRawSync } from 'node:zlib'
import { AwsRefusal, validationError } from './protocol/aws-refusal.ts'
import type { Constraints } from './protocol/constraints.ts'
import { type Params, structList } from './protocol/params.ts'

/** The policies a call narrows its session with. */
export interface SessionPolicies {
  readonly inline: string | null
  readonly arns: readonly string[] | null
}

const maxPlainCharacters = 2048
const maxPolicyArns = 10
/** Bytes of packed session data that count as 100 percent; a plain web identity call then reports about 25. */
const packedLimitBytes = 640

/**
 * Reads `Policy` and `PolicyArns`; their lengths go into `check`.
 *
 * @throws AwsRefusal `ValidationError` for too many ARNs or too much text, `MalformedPolicyDocument` for an
 *   inline policy that is not a policy
 */
export function readSessionPolicies(params: Params, check: Constraints): SessionPolicies {
  const inline = check.text('Policy', { min: 1, max: maxPlainCharacters }) ?? null
  const members = structList(params, 'PolicyArns')
  const arns = members?.map((member) => member.get('arn') ?? '') ?? null
  if (arns !== null && arns.length > maxPolicyArns) {
    throw validationError(
      `1 validation error detected: Value '[${arns.length} members]' at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to ${maxPolicyArns}`,
      {
        reasonCode: 'TOO_MANY_POLICY_ARNS',
        reason: `a session takes at most ${maxPolicyArns} managed policies, got ${arns.length}`,
        suggestion: 'merge the policies',
      },
    )
  }
  return { inline, arns }
}

/** The checks that come after the parameters hold. @throws AwsRefusal as `readSessionPolicies` */
export function checkSessionPolicies(policies: SessionPolicies): void {
  for (const arn of policies.arns ?? []) {
    if (/^arn:aws[a-z-]*:iam::(aws|\d{12}):policy\/[\w+=,.@/-]+$/.test(arn)) continue
    throw validationError(`ARN ${arn.slice(0, 200)} is not valid.`, {
      reasonCode: 'BAD_POLICY_ARN',
      reason: `a session policy must be the ARN of a managed policy, got \`${arn.slice(0, 200)}\``,
      suggestion: 'pass ARNs such as `arn:aws:iam::aws:policy/ReadOnlyAccess`',
    })
  }
  const plain = (policies.inline?.length ?? 0) + (policies.arns ?? []).join('').length
  if (plain > maxPlainCharacters) {
    throw new AwsRefusal('PackedPolicyTooLarge', 400, 'Serialized token too large for session', {
      reasonCode: 'SESSION_POLICY_TOO_LONG',
      reason: `session policies and ARNs together have ${plain} characters, at most ${maxPlainCharacters} are taken`,
      suggestion: 'shorten the session policy',
    })
  }
  if (policies.inline !== null) checkDocument(policies.inline)
}

function checkDocument(text: string): void {
  const refuse = (message: string, reason: string) =>
    new AwsRefusal('MalformedPolicyDocument', 400, message, {
      reasonCode: 'MALFORMED_SESSION_POLICY',
      reason,
      suggestion: 'correct the session policy in the Policy parameter',
    })
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    throw refuse('This policy contains invalid Json', 'the session policy is not JSON')
  }
  const statement = isRecord(document) ? document['Statement'] : undefined
  const statements = Array.isArray(statement) ? statement : [statement]
  for (const one of statements) {
    if (!isRecord(one) || (one['Effect'] !== 'Allow' && one['Effect'] !== 'Deny')) {
      const reason = 'the session policy needs statements with an Effect of Allow or Deny'
      throw refuse('Syntax errors in policy.', reason)
    }
    if (Object.hasOwn(one, 'Principal') || Object.hasOwn(one, 'NotPrincipal')) {
      throw refuse('Policy document should not specify a principal.', 'a session policy has no principal')
    }
    if (!('Action' in one || 'NotAction' in one) || !('Resource' in one || 'NotResource' in one)) {
      throw refuse('Syntax errors in policy.', 'each statement needs an Action and a Resource')
    }
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * How much of the space for packed session data is used, in percent. AWS's packing is not published; this one
 * deflates, which is near enough for "does it fit".
 *
 * @throws AwsRefusal `PackedPolicyTooLarge` above 100
 */
export function packedSize(what: string, parts: unknown): number {
  const bytes = deflateRawSync(JSON.stringify(parts)).length
  const percent = Math.max(1, Math.ceil((100 * bytes) / packedLimitBytes))
  if (percent <= 100) return percent
  throw new AwsRefusal(
    'PackedPolicyTooLarge',
    400,
    `Packed size of ${what} consumes ${percent}% of allotted space.`,
    {
      reasonCode: 'PACKED_POLICY_TOO_LARGE',
      reason: `session policies, tags and source identity pack to ${percent}% of the space that a session has`,
      suggestion: 'pass fewer or shorter tags and policies',
    },
  )
}
