import { type Refusal, refuse } from './refusal.ts'
import type { Claims } from './request.ts'
import { parseRoleArn } from './role-arn.ts'

const prefix = 'https://aws.amazon.com'

/** Session tags that the token asks for. */
export interface SessionTags {
  readonly tags: ReadonlyMap<string, string>
  readonly transitiveKeys: readonly string[]
}

const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** Reads nested and flattened session tags (§2.6). */
export function readTags(claims: Claims): SessionTags | Refusal {
  const whole = claims[`${prefix}/tags`]
  if (whole !== undefined && whole !== null && asRecord(whole) === null) {
    return badTags('the claim is neither an object nor null')
  }
  const nested = nestedTags(claims)
  const flattened = flattenedTags(claims)
  const twice = Object.keys(flattened).find((key) => Object.hasOwn(nested, key))
  if (twice !== undefined) return badTags(`the tag key \`${twice}\` occurs in both forms`)
  const found = { ...nested, ...flattened }
  const tags = new Map<string, string>()
  const lower = new Set<string>()
  for (const [key, value] of Object.entries(found)) {
    const fault = tagFault(key, value, lower)
    if (fault !== null) return badTags(fault)
    lower.add(key.toLowerCase())
    tags.set(key, value as string)
  }
  if (tags.size > 50) return badTags(`${tags.size} tags are more than 50`)
  const transitiveKeys = transitiveTagKeys(claims)
  return transitiveKeys === null
    ? badTags('`transitive_tag_keys` is no list of tag keys')
    : { tags, transitiveKeys }
}

function tagFault(key: string, value: unknown, seen: ReadonlySet<string>): string | null {
  if (typeof value !== 'string')
    return `the value of tag \`${key}\` must be one string (in a list when nested)`
  if (key.length < 1 || key.length > 128 || !tagText.test(key)) return `the tag key \`${key}\` is not allowed`
  if (value.length > 256 || !tagText.test(value)) return `the value of tag \`${key}\` is not allowed`
  if (/^aws:/i.test(key)) return `the tag key \`${key}\` begins with \`aws:\``
  if (seen.has(key.toLowerCase())) return `the tag key \`${key}\` occurs twice, whatever its case`
  return null
}

function badTags(fault: string): Refusal {
  const hint = 'write "principal_tags": {"key": ["value"]} with one value for each key'
  return refuse('TAGS_FORMAT', {}, `session tags in the token: ${fault}`, hint)
}

type Found = { readonly [key: string]: unknown }

// A nested value must be a list of one string; anything else becomes `undefined`, which is no string.
function nestedTags(claims: Claims): Found {
  const nested = asRecord(claims[`${prefix}/tags`])?.['principal_tags']
  const found: Record<string, unknown> = Object.create(null)
  if (nested === undefined || nested === null) return found
  const record = asRecord(nested)
  if (record === null) return { principal_tags: undefined }
  for (const [key, value] of Object.entries(record)) {
    found[key] = Array.isArray(value) && value.length === 1 ? value[0] : undefined
  }
  return found
}

function flattenedTags(claims: Claims): Found {
  const start = `${prefix}/tags/principal_tags/`
  const found: Record<string, unknown> = Object.create(null)
  for (const [name, value] of Object.entries(claims)) {
    if (name.startsWith(start)) found[name.slice(start.length)] = value
  }
  return found
}

function transitiveTagKeys(claims: Claims): readonly string[] | null {
  const nested = asRecord(claims[`${prefix}/tags`])?.['transitive_tag_keys']
  const given = nested ?? claims[`${prefix}/tags/transitive_tag_keys`]
  if (given === undefined || given === null) return []
  return Array.isArray(given) && given.every((key) => typeof key === 'string') ? given : null
}

function asRecord(value: unknown): Found | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Found) : null
}

/** Reads the source identity; `null` when the token carries none. */
export function readSourceIdentity(claims: Claims): string | null | Refusal {
  const given = claims[`${prefix}/source_identity`]
  if (given === undefined || given === null) return null
  if (typeof given === 'string' && /^[\w+=,.@-]{2,64}$/.test(given) && !/^aws:/i.test(given)) return given
  const reason = 'the source identity in the token is not 2 to 64 characters of letters, digits and _+=,.@-'
  return refuse('SOURCE_IDENTITY_FORMAT', {}, reason, 'let the issuer send a shorter, plainer name')
}

/** Whether the roles claim names the role: true, false when there is no claim, or a refusal. */
export function checkRolesClaim(claims: Claims, roleArn: string): boolean | Refusal {
  const given = claims[`${prefix}/roles`]
  if (given === undefined || given === null) return false
  if (typeof given !== 'string' && !Array.isArray(given)) {
    return badRoles(
      'The roles claim is not in a supported format',
      'the roles claim is neither text nor a list',
    )
  }
  const listed =
    typeof given === 'string' ? given.split(';') : given.filter((entry) => typeof entry === 'string')
  const arns = listed.map((entry) => entry.trim()).filter(isExactRoleArn)
  if (arns.length === 0) {
    return badRoles('The roles claim contains no valid role ARNs', 'the roles claim holds no role ARN')
  }
  if (arns.includes(roleArn)) return true
  return refuse(
    'ROLE_NOT_IN_ROLES_CLAIM',
    {},
    `the token may only be used for ${arns.map((arn) => `\`${arn}\``).join(', ')}, not for \`${roleArn}\``,
    'let the issuer list the role in its roles claim',
  )
}

function badRoles(rule: string, reason: string): Refusal {
  return refuse('ROLES_CLAIM_FORMAT', { rule }, reason, 'list exact role ARNs, without wildcards')
}

function isExactRoleArn(arn: string): boolean {
  return parseRoleArn(arn) !== null && !/[*?]/.test(arn)
}
