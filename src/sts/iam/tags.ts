import { AwsRefusal, invalidInput } from '../protocol/aws-refusal.ts'
import { type Params, structList, textList } from '../protocol/params.ts'
import type { XmlNode } from '../protocol/xml.ts'
import type { Tag } from '../state.ts'

const maxTags = 50
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** How far apart two tag keys must be: providers tell `Key` from `key`, roles do not. */
export type KeyFold = (key: string) => string

/** Keys that differ in case are two keys: providers. */
export const caseSensitive: KeyFold = (key) => key
/** Keys that differ in case are one key: roles and sessions. */
export const caseInsensitive: KeyFold = (key) => key.toLowerCase()

/** How a service words a bad tag. */
export type TagRefusal = (message: string, reason: string, suggestion: string) => AwsRefusal

/**
 * The `Tags` of a request, checked; empty when there are none.
 *
 * @throws AwsRefusal `InvalidInput`, or what `refuse` makes of it
 */
export function readTags(params: Params, fold: KeyFold, refuse: TagRefusal = invalidInput): readonly Tag[] {
  const tags = (structList(params, 'Tags') ?? []).map((member) => ({
    key: member.get('Key') ?? '',
    value: member.get('Value') ?? '',
  }))
  const seen = new Set<string>()
  for (const { key, value } of tags) {
    const problem = tagProblem(key, value)
    if (problem !== null) throw refuse(problem, problem, 'correct the tag')
    if (seen.has(fold(key))) {
      const message = 'Duplicate tag keys found. Please note that Tag keys are case insensitive.'
      throw refuse(message, `tag key \`${key}\` is given twice`, 'give each key once')
    }
    seen.add(fold(key))
  }
  return tags
}

function tagProblem(key: string, value: string): string | null {
  if (key.length < 1 || key.length > 128) return 'a tag key must have 1 to 128 characters'
  if (value.length > 256) return `the value of tag \`${key}\` must have at most 256 characters`
  if (!tagText.test(key) || !tagText.test(value)) {
    return `tag \`${key}\` may hold letters, digits, spaces and _.:/=+-@ only`
  }
  if (/^aws:/i.test(key)) return `tag key \`${key}\` begins with \`aws:\`, which is AWS's own`
  return null
}

/** `old` with `added` put in, equal keys replaced. @throws AwsRefusal `LimitExceeded` beyond 50 */
export function mergeTags(old: readonly Tag[], added: readonly Tag[], fold: KeyFold): readonly Tag[] {
  const replaced = new Set(added.map((tag) => fold(tag.key)))
  const merged = [...old.filter((tag) => !replaced.has(fold(tag.key))), ...added]
  if (merged.length <= maxTags) return merged
  throw new AwsRefusal(
    'LimitExceeded',
    409,
    `The number of tags has reached the maximum limit of ${maxTags}.`,
  )
}

/** `old` without the `TagKeys` of a request. */
export function removeTags(old: readonly Tag[], params: Params, fold: KeyFold): readonly Tag[] {
  const gone = new Set((textList(params, 'TagKeys') ?? []).map(fold))
  return old.filter((tag) => !gone.has(fold(tag.key)))
}

/** Tags as IAM answers with them; left out when there are none. */
export function tagsNode(tags: readonly Tag[]): XmlNode {
  if (tags.length === 0) return null
  return tags.map((tag) => ({ Key: tag.key, Value: tag.value }))
}
