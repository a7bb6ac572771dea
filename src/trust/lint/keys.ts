import { claimKeysOf, issuerName } from '../issuers.ts'
import { absentKeys } from '../keys.ts'
import type { ConditionEntry, Statement } from '../policy/document.ts'
import { parseProviderArn } from '../policy/principal-grammar.ts'
import type { Hit } from './finding.ts'
import type { Rule } from './rule.ts'
import { claimEntries, claimOf, isPositive, isSupplied, type LintView } from './view.ts'

type Place = {
  readonly entry: ConditionEntry
  readonly statement: Statement
  readonly issuers: readonly string[]
}

// Every condition with the issuers its statement trusts.
function entriesOf({ policy }: LintView): readonly Place[] {
  return policy.statements.flatMap((statement) => {
    const issuers = statement.principals
      .filter(({ kind }) => kind === 'Federated' && !statement.principalsNegated)
      .map(({ value }) => parseProviderArn(value)?.issuer ?? issuerName(value))
    return statement.conditions.map((entry) => ({ entry, statement, issuers }))
  })
}

// The issuer part of a key; `null` for keys of AWS and keys that name no issuer.
function prefixOf(key: string): string | null {
  if (/^(aws|sts|iam|s3|ec2):/i.test(key)) return null
  const end = key.startsWith('oidc.circleci.com/org/') ? key.indexOf(':') : key.lastIndexOf(':')
  return end <= 0 ? null : key.slice(0, end)
}

function keyRule(
  rule: Omit<Rule, 'check'>,
  check: (place: Place) => { readonly what: string; readonly fix: string } | null,
): Rule {
  return {
    ...rule,
    check: (view) =>
      entriesOf(view).flatMap((place): Hit[] => {
        const found = check(place)
        return found === null ? [] : [{ at: place.entry.keyAt, statement: place.statement.index, ...found }]
      }),
  }
}

const decorated = /^https?:\/\/|^arn:|:\d{1,5}(?:\/|$)/

const schemeInKey = keyRule(
  {
    id: 'AWS026',
    severity: 'medium',
    title: 'a condition key with a scheme, a port or a provider ARN',
    why: 'keys carry host and path only, so this one is never there',
  },
  ({ entry }) => {
    const prefix = prefixOf(entry.key)
    if (prefix === null || !decorated.test(prefix) || /^(localhost|127\.0\.0\.1):/.test(prefix)) return null
    const bare = issuerName(parseProviderArn(prefix)?.issuer ?? prefix).replace(/:\d+(?=\/|$)/, '')
    const claim = entry.key.slice(prefix.length + 1)
    return { what: `\`${entry.key}\` is no condition key`, fix: `write \`${bare}:${claim}\`` }
  },
)

const sameButSlash = (a: string, b: string): boolean =>
  a.replace(/\/$/, '').toLowerCase() === b.replace(/\/$/, '').toLowerCase()

const foreignKey = keyRule(
  {
    id: 'AWS027',
    severity: 'medium',
    title: 'a condition key of an issuer the statement does not trust',
    why: "keys of another issuer are absent from this issuer's tokens",
  },
  ({ entry, issuers }) => {
    const prefix = prefixOf(entry.key)
    if (prefix === null || decorated.test(prefix) || issuers.length === 0) return null
    if (issuers.some((issuer) => sameButSlash(issuer, prefix))) return null
    const claim = entry.key.slice(prefix.length + 1)
    return { what: `\`${entry.key}\` belongs to \`${prefix}\``, fix: `write \`${issuers[0]}:${claim}\`` }
  },
)

const slashInKey = keyRule(
  {
    id: 'AWS028',
    severity: 'medium',
    title: 'a trailing slash that provider, issuer and keys do not share',
    why: 'provider lookup and keys are exact',
  },
  ({ entry, issuers }) => {
    const prefix = prefixOf(entry.key)
    const near = prefix === null ? undefined : issuers.find((issuer) => sameButSlash(issuer, prefix))
    if (near === undefined || near.toLowerCase() === prefix!.toLowerCase()) return null
    const claim = entry.key.slice(prefix!.length + 1)
    return {
      what: `\`${entry.key}\` differs from \`${near}\` in its slash`,
      fix: `write \`${near}:${claim}\``,
    }
  },
)

const notSupplied: Rule = {
  id: 'AWS030',
  severity: 'medium',
  title: 'a claim that AWS does not expose',
  why: 'the key is never there, so the condition never holds',
  check: ({ trusts }) =>
    trusts.flatMap((trust) =>
      claimEntries(trust)
        .filter((entry) => isPositive(entry) && !isSupplied(claimOf(entry.key, trust)!, trust))
        .filter(({ key }) => !decorated.test(prefixOf(key) ?? ''))
        .map((entry) => ({
          at: entry.keyAt,
          what: `AWS reads no \`${claimOf(entry.key, trust)}\` from \`${trust.issuer}\``,
          fix: `test one of ${claimKeysOf(trust.issuer).join(', ')}`,
          statement: trust.statement.index,
        })),
    ),
}

const multivalued = keyRule(
  {
    id: 'AWS036',
    severity: 'medium',
    title: 'an operator for one value on a key with many',
    why: 'such an operator never holds for a set of values',
  },
  ({ entry, issuers }) => {
    const many = issuers.map((issuer) => `${issuer}:amr`).concat('aws:TagKeys', 'sts:TransitiveTagKeys')
    const hit = many.some((key) => key.toLowerCase() === entry.key.toLowerCase())
    if (!hit || entry.set !== null || entry.operator.name === 'Null') return null
    return {
      what: `${entry.operatorName} ${entry.key} never holds`,
      fix: `use ForAnyValue:${entry.operatorName}`,
    }
  },
)

const alwaysAbsent = keyRule(
  {
    id: 'AWS038',
    severity: 'medium',
    title: 'a key that does not exist during this call',
    why: 'there is no AWS principal yet, so the condition never holds',
  },
  ({ entry, statement, issuers }) => {
    if (statement.effect !== 'Allow' || issuers.length === 0 || !isPositive(entry)) return null
    if (!absentKeys.some((pattern) => pattern.test(entry.key))) return null
    return { what: `\`${entry.key}\` is never part of this call`, fix: 'remove the condition' }
  },
)

const twoSpellings: Rule = {
  id: 'AWS043',
  severity: 'medium',
  title: 'one key in two spellings',
  why: 'key names ignore case, so both conditions must hold',
  check: (view) =>
    entriesOf(view)
      .filter(({ entry, statement }) =>
        statement.conditions.some(
          (other) =>
            other.keyAt.from < entry.keyAt.from &&
            other.operatorName === entry.operatorName &&
            other.key.toLowerCase() === entry.key.toLowerCase(),
        ),
      )
      .map(({ entry, statement }) => ({
        at: entry.keyAt,
        what: `\`${entry.key}\` is written twice under ${entry.operatorName}`,
        fix: 'merge the values under one spelling',
        statement: statement.index,
      })),
}

const positiveDeny: Rule = {
  id: 'AWS050',
  severity: 'high',
  title: 'a Deny that an absent claim escapes',
  why: 'a token without the optional claim does not meet a positive operator, so the Deny does not bite',
  check: (view) =>
    entriesOf(view)
      .filter(({ entry, statement, issuers }) => {
        if (statement.effect !== 'Deny' || !isPositive(entry)) return false
        const claim = issuers.map((issuer) => claimOf(entry.key, { issuer })).find(Boolean)
        return claim !== undefined && claim !== null && !['sub', 'aud', 'oaud'].includes(claim)
      })
      .map(({ entry, statement }) => ({
        at: entry.operatorAt,
        what: `${entry.operatorName} ${entry.key} does not deny a token without the claim`,
        fix: 'deny with a negated operator on the values that are allowed, or list them in the Allow',
        statement: statement.index,
      })),
}

/** Rules about condition keys (AWS026 to AWS030, AWS036, AWS038, AWS043, AWS050). */
export const keyRules: readonly Rule[] = [
  schemeInKey,
  foreignKey,
  slashInKey,
  notSupplied,
  multivalued,
  alwaysAbsent,
  twoSpellings,
  positiveDeny,
]
