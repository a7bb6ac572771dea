import type { SignedCall } from '../action.ts'
import { caseInsensitive, readTags } from '../iam/tags.ts'
import { AwsRefusal, validationError } from '../protocol/aws-refusal.ts'
import type { Constraints } from '../protocol/constraints.ts'
import { textList } from '../protocol/params.ts'
import type { Tag } from '../state.ts'

/** The session attributes of the new session, those it inherits included. */
export interface Attributes {
  readonly requestTags: readonly Tag[]
  /** Inherited transitive tags and the request's. */
  readonly tags: { readonly [key: string]: string }
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity: string | null
  readonly externalId: string | undefined
}

/** The texts that name the session beside its role; violations go into `check` of `readNames`. */
export interface Names {
  readonly externalId: string | undefined
  readonly sourceIdentity: string | undefined
}

/** Reads `ExternalId` and `SourceIdentity`; violations go into `check`. */
export function readNames(check: Constraints): Names {
  return {
    externalId: check.text('ExternalId', {
      min: 2,
      max: 1224,
      pattern: /^[\w+=,.@:/-]*$/,
      patternText: '[\\w+=,.@:\\/-]*',
    }),
    sourceIdentity: check.text('SourceIdentity', {
      min: 2,
      max: 64,
      pattern: /^[\w+=,.@-]*$/,
      patternText: '[\\w+=,.@-]*',
    }),
  }
}

/**
 * What the new session carries: the tags and source identity of the call and those it inherits.
 *
 * @throws AwsRefusal for bad tags, an inherited tag set again, or another source identity
 */
export function readAttributes(call: SignedCall, { externalId, sourceIdentity }: Names): Attributes {
  if (call.params.has('SerialNumber') || call.params.has('TokenCode')) {
    throw refuseAttribute(
      'MFA_UNSUPPORTED',
      'the sandbox has no MFA devices',
      'leave SerialNumber and TokenCode out',
    )
  }
  const refuse = (message: string, reason: string, suggestion: string) =>
    validationError(message, { reasonCode: 'TAGS_FORMAT', reason, suggestion })
  const requestTags = readTags(call.params, caseInsensitive, refuse)
  if (requestTags.length > 50)
    throw refuse('At most 50 session tags can be passed.', 'too many tags', 'pass fewer')
  const transitive = textList(call.params, 'TransitiveTagKeys') ?? []
  for (const key of transitive) {
    if (requestTags.some((tag) => tag.key === key)) continue
    const reason = `transitive tag key \`${key.slice(0, 128)}\` is not among the tags of the call`
    throw refuseAttribute('TAGS_FORMAT', reason, 'pass the tag, or leave its key out')
  }
  const session = call.caller.kind === 'session' ? call.caller.session : null
  const tags: { [key: string]: string } = Object.create(null)
  const inherited = session?.transitiveTagKeys ?? []
  for (const key of inherited) tags[key] = session?.tags[key] ?? ''
  for (const tag of requestTags) {
    if (inherited.some((key) => key.toLowerCase() === tag.key.toLowerCase())) {
      const reason = `tag \`${tag.key}\` is inherited from the calling session and cannot be set again`
      throw refuseAttribute('TAG_INHERITED', reason, 'leave the tag out')
    }
    tags[tag.key] = tag.value
  }
  const kept = session?.sourceIdentity ?? null
  if (kept !== null && sourceIdentity !== undefined && sourceIdentity !== kept) {
    const reason = 'the calling session has a source identity, which sticks through role chaining'
    throw refuseAttribute('SOURCE_IDENTITY_SET', reason, 'leave SourceIdentity out')
  }
  return {
    requestTags,
    tags,
    transitiveTagKeys: [...inherited, ...transitive],
    sourceIdentity: kept ?? sourceIdentity ?? null,
    externalId,
  }
}

function refuseAttribute(reasonCode: string, reason: string, suggestion: string): AwsRefusal {
  return new AwsRefusal('InvalidParameterValue', 400, reason, { reasonCode, reason, suggestion })
}
