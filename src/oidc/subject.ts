import { AppError } from '../diag/index.ts'
import { anonymousName, formatEnvironmentName, parseEnvironmentName } from './environment-name.ts'
import type { LoginRequest } from './login.ts'

/**
 * The attributes a subject may be built from. `pulumi.token.name` is none of them on purpose: whoever makes a
 * token picks its name, so anybody could forge a match.
 */
export const subjectAttributes = [
  'pulumi.user.login',
  'pulumi.organization.login',
  'pulumi.token.type',
  'pulumi.token.team',
  'currentEnvironment.name',
  'rootEnvironment.name',
] as const

/** One of the attributes. */
export type SubjectAttribute = (typeof subjectAttributes)[number]

/** What a subject depends on. */
export type SubjectFacts = Omit<LoginRequest, 'platform' | 'snowflake'>

const prefix = 'pulumi:environments'
const organizationAttribute = 'pulumi.organization.login'

/**
 * The subject of a login token (§1.6 of the issuer specification).
 *
 * Without attributes it names the opened environment; with them, one `attribute:value` pair for each in the order
 * listed, behind the organization's. The same facts always give the same text, and different facts never do
 * (S-36).
 *
 * @throws AppError SUBJECT_ATTRIBUTE_UNKNOWN, SUBJECT_ATTRIBUTE_TWICE, SUBJECT_VALUE_MISSING,
 * SUBJECT_VALUE_INVALID
 */
export function loginSubject(facts: SubjectFacts): string {
  const { organization, subjectAttributes: listed } = facts
  const owner = checked(facts, organizationAttribute, organization)
  if (listed === null || listed.length === 0) return `${prefix}:org:${owner}:env:${defaultName(facts)}`
  const pairs = checkedAttributes(listed)
    .filter((attribute) => attribute !== organizationAttribute)
    .map((attribute) => `:${attribute}:${attributeValue(attribute, facts)}`)
  return `${prefix}:${organizationAttribute}:${owner}${pairs.join('')}`
}

/**
 * The attributes of a list, when it may be one.
 *
 * @throws AppError SUBJECT_ATTRIBUTE_UNKNOWN or SUBJECT_ATTRIBUTE_TWICE naming the element's position from 0
 */
export function checkedAttributes(listed: readonly string[]): readonly SubjectAttribute[] {
  return listed.map((attribute, index) => {
    if (!isSubjectAttribute(attribute)) {
      throw new AppError('SUBJECT_ATTRIBUTE_UNKNOWN', { got: attribute, index, wanted: subjectAttributes })
    }
    if (listed.indexOf(attribute) !== index) {
      throw new AppError('SUBJECT_ATTRIBUTE_TWICE', { got: attribute, index })
    }
    return attribute
  })
}

function isSubjectAttribute(text: string): text is SubjectAttribute {
  return (subjectAttributes as readonly string[]).includes(text)
}

function defaultName({ opened, current, organization, anonymousSubject = 'legacy' }: SubjectFacts): string {
  // Text that no environment holds may claim a saved environment's name only for a block that stands in that
  // environment's own text.
  const named = opened === anonymousName && anonymousSubject === 'declaring' ? current : opened
  return formatEnvironmentName(parseEnvironmentName(named, organization))
}

function attributeValue(attribute: SubjectAttribute, facts: SubjectFacts): string {
  const { organization, caller, current, opened } = facts
  const environment = (text: string) => formatEnvironmentName(parseEnvironmentName(text, organization))
  switch (attribute) {
    case 'pulumi.organization.login':
      return checked(facts, attribute, organization)
    case 'pulumi.user.login':
      return checked(facts, attribute, userLogin(facts))
    case 'pulumi.token.type':
      return checked(facts, attribute, caller.tokenType)
    case 'pulumi.token.team':
      return checked(facts, attribute, caller.tokenType === 'team' ? caller.team : null)
    case 'currentEnvironment.name':
      return environment(current)
    case 'rootEnvironment.name':
      return environment(facts.root ?? opened)
  }
}

/** Who triggered the login: the user, or for machine tokens the organization. */
export function userLogin({ caller, organization }: Pick<SubjectFacts, 'caller' | 'organization'>): string {
  return caller.tokenType === 'personal' ? caller.login : organization
}

/**
 * A value that can stand in a subject: not empty, no delimiter, wildcard or white space. Names are checked when
 * they are made, so this should never refuse; it stays because an attacker could be first to find the gap.
 */
function checked({ caller }: SubjectFacts, attribute: string, value: string | null): string {
  const { tokenType } = caller
  if (value === null || value === '') throw new AppError('SUBJECT_VALUE_MISSING', { attribute, tokenType })
  if (!/[:/@*?\s\p{C}]/u.test(value)) return value
  const rule = 'it may not hold `:`, `/`, `@`, `*`, `?`, white space or control characters'
  throw new AppError('SUBJECT_VALUE_INVALID', { attribute, got: value, rule })
}
