import { deflateRawSync } from 'node:zlib'
import type { SessionPolicies } from '../trust/index.ts'
import { AwsRefusal, validationError } from './protocol/aws-refusal.ts'
import type { Constraints } from './protocol/constraints.ts'
import { type Params, structList } from './protocol/params.ts'

const maxPlainCharacters = 2048
const maxPolicyArns = 10
/** Bytes of packed session data that count as 100 percent; a plain web identity call then reports about 25. */
const packedLimitBytes = 640

/**
 * Reads `Policy` and `PolicyArns`; their lengths go into `check`.
 *
 * @throws AwsRefusal `ValidationError` for too many ARNs
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
