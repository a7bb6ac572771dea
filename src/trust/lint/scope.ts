import type { ConditionEntry } from '../policy/document.ts'
import { literalStem } from '../tenancy.ts'
import type { Edit, Hit, LintWitness } from './finding.ts'
import type { Rule } from './rule.ts'
import {
  anybodyIn,
  claimEntries,
  claimOf,
  isPattern,
  isPositive,
  isSupplied,
  type LintView,
  passesAbsent,
  scopingEntries,
  strangerIn,
  subjectPatterns,
  type Trust,
} from './view.ts'

// A rule about strangers speaks of a statement only when a stranger does get in; then the token is the proof.
function withStranger(check: (trust: Trust, view: LintView) => readonly Hit[]): Rule['check'] {
  return (view) =>
    view.trusts.flatMap((trust) => {
      const hits = check(trust, view)
      if (hits.length === 0) return []
      const witness = strangerIn(view, trust)
      return hits.map((hit) => ({
        ...hit,
        statement: trust.statement.index,
        witness,
        ...(witness === null && { severity: 'medium' as const }),
      }))
    })
}

function conditionPlace({ statement }: Trust): Hit['at'] {
  return statement.conditionAt ?? statement.principalAt
}

const noScope: Rule = {
  id: 'AWS001',
  severity: 'critical',
  title: 'a shared issuer is trusted without a condition that fixes the tenant',
  why: 'every tenant of the issuer passes',
  check: withStranger((trust) => {
    const { shared, statement, issuer, tenancy } = trust
    if (!shared || statement.conditions.length === 0 || scopingEntries(trust).length > 0) return []
    if (claimEntries(trust, tenancy.freeClaims).some(isPositive)) return []
    const what = `nothing in the statement says which tenant of \`${issuer}\` is meant`
    return [{ at: conditionPlace(trust), what, fix: `add StringEquals ${issuer}:sub with the exact subject` }]
  }),
}

const noCondition: Rule = {
  id: 'AWS002',
  severity: 'critical',
  title: 'no Condition at all',
  why: 'any token of the issuer for any registered client gets in',
  check: (view) =>
    view.trusts
      .filter(({ statement }) => statement.conditions.length === 0)
      .map((trust) => ({
        at: trust.statement.at,
        what: `every token of \`${trust.issuer}\` is accepted`,
        fix: `add StringEquals conditions on ${trust.issuer}:aud and ${trust.issuer}:sub`,
        statement: trust.statement.index,
        witness: strangerIn(view, trust) ?? anybodyIn(view, trust),
      })),
}

const openValue: Rule = {
  id: 'AWS003',
  severity: 'critical',
  title: 'a scoping value matches everything',
  why: 'a pattern that every tenant fits is no condition',
  check: (view) =>
    view.trusts.flatMap((trust) => {
      const hits = scopingEntries(trust)
        .filter((entry) => isPattern(entry) && !entry.operator.negated)
        .flatMap((entry) =>
          entry.values.filter(({ text }) => isOpen(text, trust)).map((value) => ({ entry, value })),
        )
      if (hits.length === 0) return []
      const witness = strangerIn(view, trust) ?? (trust.shared ? null : anybodyIn(view, trust))
      return hits.map(({ entry, value }) => ({
        at: value.at,
        what: `${entry.key} value ${place(entry, value.text)} matches every tenant`,
        fix: 'name the organization and what of it may enter',
        statement: trust.statement.index,
        witness,
        ...(witness === null && { severity: 'medium' as const }),
      }))
    }),
}

function place(entry: ConditionEntry, text: string): string {
  const index = entry.values.findIndex((value) => value.text === text)
  return entry.values.length === 1 ? `\`${text}\`` : `${index + 1} of ${entry.values.length} (\`${text}\`)`
}

function isOpen(text: string, trust: Trust): boolean {
  if (/^\?*\*[*?]*$/.test(text)) return true
  if (!trust.shared && !trust.environments) return false
  const stem = literalStem(text)
  const opensForm = trust.tenancy.forms.some(({ prefix }) => stem !== '' && prefix.startsWith(stem))
  const rest = opensForm ? text.slice(stem.length) : null
  return rest !== null && /^[*?/:]*$/.test(rest) && rest.includes('*')
}

const openName: Rule = {
  id: 'AWS004',
  severity: 'critical',
  title: 'a wildcard before the end of the tenant name',
  why: 'a stranger registers a longer name that begins the same',
  check: withStranger((trust) =>
    subjectPatterns(trust).flatMap(({ text, at, tenant: found }) => {
      const stem = found === null ? '' : literalStem(found.tenant)
      if (found === null || stem === '' || !/[*?]/.test(found.tenant)) return []
      const fixed = `${found.form.prefix}${stem}${found.form.separator}*`
      const simple = !found.closed && text === `${found.form.prefix}${stem}*`
      return [
        {
          at,
          what: `\`${text}\` leaves the name of the tenant open after \`${stem}\``,
          fix: `write \`${fixed}\``,
          edits: simple ? [{ at, text: JSON.stringify(fixed) }] : [],
        },
      ]
    }),
  ),
}

const anyTenant: Rule = {
  id: 'AWS005',
  severity: 'critical',
  title: 'a wildcard in the place of the tenant',
  why: 'the stranger chooses the tenant',
  check: withStranger((trust) =>
    subjectPatterns(trust).flatMap(({ text, at, tenant: found }) => {
      if (isOpen(text, trust)) return []
      const anywhere = /^[*?]/.test(text) || (found !== null && /^[*?]/.test(found.tenant))
      if (!anywhere) return []
      return [{ at, what: `\`${text}\` lets any tenant in`, fix: 'write the tenant in its place' }]
    }),
  ),
}

const allValues: Rule = {
  id: 'AWS006',
  severity: 'critical',
  title: 'ForAllValues on a claim that may be absent',
  why: 'an absent or misspelt key satisfies ForAllValues, and the write check of AWS accepts it',
  check: withStranger((trust) =>
    claimEntries(trust)
      .filter((entry) => entry.set === 'ForAllValues' && !isDemanded(entry, trust))
      .map((entry) => ({
        at: entry.operatorAt,
        what: `${entry.operatorName} ${entry.key} holds for a token without the claim`,
        fix: `use ${entry.operatorName.slice('ForAllValues:'.length)}`,
        edits: renameOperator(entry, trust, entry.operatorName.slice('ForAllValues:'.length)),
      })),
  ),
}

function isDemanded({ key }: ConditionEntry, { statement }: Trust): boolean {
  return statement.conditions.some(
    (other) =>
      other.operator.name === 'Null' &&
      other.key.toLowerCase() === key.toLowerCase() &&
      other.values.length > 0 &&
      other.values.every(({ text }) => text.toLowerCase() !== 'true'),
  )
}

// Renaming a block must not meet another of the new name, and must not change a set of several values.
function renameOperator(entry: ConditionEntry, { statement }: Trust, name: string): readonly Edit[] {
  const taken = statement.conditions.some(({ operatorName }) => operatorName === name)
  const many = /:(amr|oaud)$|^aws:tagkeys$|^sts:transitivetagkeys$/i.test(entry.key)
  return taken || many ? [] : [{ at: entry.operatorAt, text: JSON.stringify(name) }]
}

const onlyIfExists: Rule = {
  id: 'AWS007',
  severity: 'critical',
  title: 'IfExists is the only scoping condition',
  why: 'a token without the claim passes',
  check: withStranger((trust) => {
    const entries = scopingEntries(trust).filter(({ operator }) => operator.name !== 'Null')
    const soft = entries.filter(({ ifExists }) => ifExists)
    if (soft.length === 0 || soft.length < entries.length) return []
    return soft.map((entry) => ({
      at: entry.operatorAt,
      what: `${entry.operatorName} ${entry.key} is all that scopes the statement`,
      fix: 'drop IfExists',
      edits: renameOperator(entry, trust, entry.operatorName.replace(/IfExists$/, '')),
    }))
  }),
}

const onlyNegated: Rule = {
  id: 'AWS008',
  severity: 'critical',
  title: 'only negated operators scope the statement',
  why: 'everyone who is not listed passes, and so does a token without the claim',
  check: withStranger((trust) => {
    const entries = claimEntries(trust).filter(
      ({ key, operator }) => claimOf(key, trust) !== 'aud' && operator.name !== 'Null',
    )
    if (entries.length === 0 || entries.some(({ operator }) => !operator.negated)) return []
    return entries.map((entry) => ({
      at: entry.operatorAt,
      what: `${entry.operatorName} ${entry.key} excludes a few and admits the rest`,
      fix: `name who may enter, with StringEquals ${trust.issuer}:sub`,
    }))
  }),
}

const neverRestricts: Rule = {
  id: 'AWS009',
  severity: 'critical',
  title: 'a condition on a claim AWS never supplies, with an operator that absence satisfies',
  why: 'the condition never restricts anybody',
  check: (view) =>
    view.trusts.flatMap((trust) => {
      const entries = claimEntries(trust).filter(
        (entry) => passesAbsent(entry) && !isSupplied(claimOf(entry.key, trust)!, trust),
      )
      const witness = entries.length === 0 ? null : whoPasses(trust, view)
      return entries.map((entry) => ({
        at: entry.keyAt,
        what: `${entry.operatorName} ${entry.key} is true for every token`,
        fix: 'put the information into `sub` or into session tags and test that',
        statement: trust.statement.index,
        witness,
        ...(witness === null && { severity: 'medium' as const }),
      }))
    }),
}

// Of an issuer with one tenant everybody passes, unless another condition says who is meant.
function whoPasses(trust: Trust, view: LintView): LintWitness | null {
  const scoped = claimEntries(trust).some((entry) => {
    const claim = claimOf(entry.key, trust)!
    return isPositive(entry) && isSupplied(claim, trust) && !['aud', 'oaud'].includes(claim)
  })
  return strangerIn(view, trust) ?? (trust.shared || scoped ? null : anybodyIn(view, trust))
}

const notPrincipal: Rule = {
  id: 'AWS010',
  severity: 'critical',
  title: 'Allow with NotPrincipal',
  why: 'everyone but the listed gets in',
  check: ({ policy }) =>
    policy.statements
      .filter(({ effect, principalsNegated }) => effect === 'Allow' && principalsNegated)
      .map(({ index, principalAt }) => ({
        at: principalAt,
        what: 'the statement trusts everyone it does not list',
        fix: 'use Principal with the one provider you mean',
        statement: index,
      })),
}

/** Rules that decide whether outsiders get in (AWS001 to AWS010). */
export const scopeRules: readonly Rule[] = [
  noScope,
  noCondition,
  openValue,
  openName,
  anyTenant,
  allValues,
  onlyIfExists,
  onlyNegated,
  neverRestricts,
  notPrincipal,
]
