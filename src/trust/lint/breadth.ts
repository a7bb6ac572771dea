import { parseProviderArn } from '../policy/principal-grammar.ts'
import { literalStem, namedTenant } from '../tenancy.ts'
import type { Hit } from './finding.ts'
import type { Rule } from './rule.ts'
import {
  anybodyIn,
  claimEntries,
  claimOf,
  isPositive,
  type LintView,
  scopingEntries,
  strangerIn,
  subjectPatterns,
  subjectValues,
  type Trust,
} from './view.ts'

type TrustCheck = (trust: Trust, view: LintView) => readonly Hit[]

function each(check: TrustCheck): Rule['check'] {
  return (view) =>
    view.trusts.flatMap((trust) =>
      check(trust, view).map((hit) => ({ statement: trust.statement.index, ...hit })),
    )
}

const isGitHub = ({ issuer }: Trust): boolean => /^token\.actions\.|^github\.com\//.test(issuer)

const organizationWide: Rule = {
  id: 'AWS013',
  severity: 'high',
  title: 'a subject that covers a whole organization',
  why: 'every repository, branch, pull request or environment of the organization gets in',
  check: each((trust) =>
    subjectPatterns(trust).flatMap(({ text, at, tenant: found }) => {
      const whole = found?.closed && !/[*?]/.test(found.tenant) && /^(env:)?\?*\*[*?]*$/.test(found.rest)
      if (!whole) return []
      const what = `\`${text}\` admits everything in \`${found.tenant}\``
      return [{ at, what, fix: 'name the repository and its branch or environment' }]
    }),
  ),
}

// An issuer of one organization tells its people apart by their subject; without a word on it all of them are meant.
const anySubject: Rule = {
  ...organizationWide,
  check: each((trust, view) => {
    const { statement, shared, issuer } = trust
    const told = claimEntries(trust).some(
      (entry) => isPositive(entry) && !['aud', 'oaud'].includes(claimOf(entry.key, trust)!),
    )
    if (shared || told || statement.conditions.length === 0 || anybodyIn(view, trust) === null) return []
    const what = `every subject of \`${issuer}\` is admitted`
    return [{ at: statement.conditionAt!, what, fix: `add StringEquals ${issuer}:sub` }]
  }),
}

const anyRef: Rule = {
  id: 'AWS014',
  severity: 'high',
  title: 'a subject that covers pull requests or any ref',
  why: 'whoever can push a branch or open a pull request there gets the role',
  check: each((trust) =>
    subjectPatterns(trust).flatMap(({ text, at }) => {
      if (!isGitHub(trust)) return []
      const found = /^repo:[^/*?]+\/([^:*?]+):(\?*\*[*?]*|ref:\?*\*[*?]*)$/.exec(text)
      if (found === null) return []
      const fix = `pin \`${text.slice(0, -found[2]!.length)}ref:refs/heads/main\` or an environment`
      return [{ at, what: `\`${text}\` admits every branch and pull request of \`${found[1]}\``, fix }]
    }),
  ),
}

const openRef: Rule = {
  id: 'AWS015',
  severity: 'high',
  title: 'a wildcard right after a ref name',
  why: 'a branch of a longer name, chosen by its author, fits too',
  check: each((trust) =>
    subjectPatterns(trust).flatMap(({ text, at }) => {
      const found = /:ref(?:_type)?:.*?([^/*?:]+)\*$/.exec(text)
      if (found === null) return []
      const fix = `write \`${text.slice(0, -1)}/*\` with protected branches, or the exact name`
      return [{ at, what: `\`${text}\` also fits names that only begin with \`${found[1]}\``, fix }]
    }),
  ),
}

const severalTenants: Rule = {
  id: 'AWS016',
  severity: 'high',
  title: 'several tenants share one role',
  why: 'a slip of one tenant reaches what was meant for the other',
  check: ({ trusts }) => {
    const seen = new Map<string, Hit>()
    for (const trust of trusts) {
      for (const { text, at } of subjectValues(trust)) {
        // A name that is left open is told by rules of its own.
        const tenant = namedTenant(text, trust.tenancy)?.tenant ?? ''
        if (tenant === '' || /[*?]/.test(tenant) || seen.has(tenant)) continue
        const what = `the role is shared by \`${[...seen.keys()][0]}\` and \`${tenant}\``
        seen.set(tenant, { at, what, fix: 'make one role for each tenant', statement: trust.statement.index })
      }
    }
    return [...seen.values()].slice(1)
  },
}

const severalProviders: Rule = {
  id: 'AWS017',
  severity: 'high',
  title: 'several identity providers in one statement',
  why: "a condition on one issuer's keys is absent for the other, and absence satisfies some operators",
  check: ({ policy }) =>
    policy.statements.flatMap(({ index, effect, principals, principalAt }) => {
      const providers = principals.filter(
        ({ kind, value }) => kind === 'Federated' && parseProviderArn(value) !== null,
      )
      if (effect === 'Deny' || providers.length < 2) return []
      const what = `${providers.length} providers share one set of conditions`
      return [{ at: principalAt, what, fix: 'write one statement for each provider', statement: index }]
    }),
}

const namesNotIds: Rule = {
  id: 'AWS018',
  severity: 'high',
  title: 'names that can be registered again, where ids exist',
  why: 'after a rename, transfer or deletion somebody else may take the name',
  check: each((trust) => {
    const ids = trust.tenancy.idClaims.filter((claim) => !/^(actor|user)_id$/.test(claim))
    if (ids.length === 0 || claimEntries(trust, ids).some(isPositive)) return []
    const named = subjectValues(trust).filter(({ text }) => {
      const tenant = namedTenant(text, trust.tenancy)?.tenant ?? ''
      return literalStem(tenant) !== '' && !tenant.includes('@')
    })
    const first =
      named[0] ??
      claimEntries(trust, trust.tenancy.nameClaims)
        .filter(isPositive)
        .map(({ keyAt }) => ({ at: keyAt }))[0]
    if (first === undefined) return []
    const what = 'the tenant is told by name alone'
    return [
      {
        at: first.at,
        what,
        fix: `add StringEquals ${ids
          .slice(0, 2)
          .map((id) => `${trust.issuer}:${id}`)
          .join(' or ')}`,
      },
    ]
  }),
}

const freeClaimOnly: Rule = {
  id: 'AWS019',
  severity: 'high',
  title: 'only claims that any tenant can produce',
  why: 'a stranger names a branch, environment or workflow the same',
  check: each((trust, view) => {
    if (!trust.shared || scopingEntries(trust).length > 0) return []
    const witness = strangerIn(view, trust)
    return claimEntries(trust, trust.tenancy.freeClaims)
      .filter(isPositive)
      .map((entry) => ({
        at: entry.keyAt,
        what: `${entry.key} does not tell tenants apart`,
        fix: `add StringEquals ${trust.issuer}:sub`,
        witness,
      }))
  }),
}

const workflowOnly: Rule = {
  id: 'AWS020',
  severity: 'high',
  title: 'a reusable workflow is the only scope',
  why: 'it satisfies the write check of AWS and admits every caller of a public workflow',
  check: each((trust) => {
    const entries = scopingEntries(trust)
    if (!isGitHub(trust) || entries.length === 0) return []
    if (entries.some(({ key }) => claimOf(key, trust) !== 'job_workflow_ref')) return []
    return entries.map((entry) => ({
      at: entry.keyAt,
      what: `${entry.key} alone says which workflow runs, not who runs it`,
      fix: `add StringEquals ${trust.issuer}:repository_owner_id`,
    }))
  }),
}

const sessionName: Rule = {
  id: 'AWS021',
  severity: 'high',
  title: 'the session name as a test of authority',
  why: 'the caller chooses it',
  check: each((trust) => {
    if (trust.issuer.startsWith('sts.windows.net/')) return []
    return trust.statement.conditions
      .filter((entry) => entry.key.toLowerCase() === 'sts:rolesessionname' && isPositive(entry))
      .filter(({ values }) => values.every(({ text }) => !text.includes('${')))
      .map((entry) => ({
        at: entry.keyAt,
        what: `${entry.operatorName} sts:RoleSessionName tests what the caller wrote`,
        fix: 'test a claim; tie the session name to one with a policy variable',
      }))
  }),
}

/** Rules about trust that is wider than meant (AWS013 to AWS021). */
export const breadthRules: readonly Rule[] = [
  organizationWide,
  anySubject,
  anyRef,
  openRef,
  severalTenants,
  severalProviders,
  namesNotIds,
  freeClaimOnly,
  workflowOnly,
  sessionName,
]
