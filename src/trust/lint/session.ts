import { actionCovers } from '../statements.ts'
import { policyLength } from '../write-check.ts'
import type { Hit } from './finding.ts'
import type { Rule } from './rule.ts'
import { isPositive, scopingEntries, subjectValues, type Trust } from './view.ts'

const hostedCi =
  /^(token\.actions\.|gitlab\.com$|agent\.buildkite\.com$|oidc\.circleci\.com\/|app\.terraform\.io$)/

const optionalTags: Rule = {
  id: 'AWS022',
  severity: 'high',
  title: 'tags are limited by ForAllValues aws:TagKeys alone',
  why: 'a token without tags passes',
  check: ({ trusts }) =>
    trusts.flatMap(({ statement: { conditions, index } }) => {
      const keys = conditions.filter(
        ({ set, key }) => set === 'ForAllValues' && key.toLowerCase() === 'aws:tagkeys',
      )
      const pinned = conditions.some((entry) => /^aws:requesttag\//i.test(entry.key) && isPositive(entry))
      if (pinned) return []
      return keys.map(({ keyAt }) => ({
        at: keyAt,
        what: 'the condition says which tags may be there, not that any must',
        fix: 'add StringEquals aws:RequestTag/… for the tags you need',
        statement: index,
      }))
    }),
}

const longSession: Rule = {
  id: 'AWS023',
  severity: 'high',
  title: 'sessions of a machine that outlive its job',
  why: 'a stolen session lives on; the expiry of the token does not cap it',
  check: ({ policy, trusts, facts: { role } }) => {
    const seconds = role?.maxSessionDurationSeconds ?? 0
    if (seconds <= 3600 || trusts.length === 0) return []
    const what = `MaxSessionDuration is ${seconds} seconds`
    return [{ at: policy.at, what, fix: 'set MaxSessionDuration to 3600' }]
  },
}

const administrator: Rule = {
  id: 'AWS024',
  severity: 'high',
  title: 'an administrator policy on a federated role',
  why: 'any hole in the trust policy becomes the whole account',
  check: ({ policy, trusts, facts: { attachedPolicies } }) => {
    const broad = (attachedPolicies ?? []).filter((name) =>
      /(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/.test(name),
    )
    if (trusts.length === 0) return []
    return broad.map((name) => ({
      at: policy.at,
      what: `\`${name}\` is attached`,
      fix: 'attach what the job needs, or set a permissions boundary',
    }))
  },
}

const missingPermission: Rule = {
  id: 'AWS034',
  severity: 'medium',
  title: 'tags or a source identity without the action they need',
  why: 'the whole call is denied',
  check: ({ policy, trusts, facts: { sample } }) => {
    const needs = [
      {
        action: 'sts:TagSession',
        keys: /^(aws:(requesttag\/|tagkeys$)|sts:transitivetagkeys$)/i,
        claim: 'https://aws.amazon.com/tags',
      },
      {
        action: 'sts:SetSourceIdentity',
        keys: /^sts:sourceidentity$/i,
        claim: 'https://aws.amazon.com/source_identity',
      },
    ]
    return needs.flatMap(({ action, keys, claim }): Hit[] => {
      const granted = policy.statements.some((one) => one.effect === 'Allow' && actionCovers(one, action))
      const sent = Object.keys(sample ?? {}).some((name) => name.startsWith(claim))
      const wanting = trusts.find(
        ({ statement }) =>
          sent || statement.conditions.some((entry) => keys.test(entry.key) && isPositive(entry)),
      )
      if (granted || wanting === undefined) return []
      const { statement } = wanting
      return [
        {
          at: statement.actionAt,
          what: `no statement allows \`${action}\``,
          fix: `add the action \`${action}\``,
          statement: statement.index,
        },
      ]
    })
  },
}

const sharedAddresses: Rule = {
  id: 'AWS039',
  severity: 'medium',
  title: 'the address of a hosted runner as the main control',
  why: 'hosted runners share their addresses with everybody',
  check: ({ trusts }) =>
    trusts.flatMap((trust) => {
      if (!hostedCi.test(trust.issuer) || scopingEntries(trust).some(isPositive)) return []
      return trust.statement.conditions
        .filter(({ key }) => key.toLowerCase() === 'aws:sourceip')
        .map(({ keyAt }) => ({
          at: keyAt,
          what: 'only the address stands between a stranger and the role',
          fix: `test claims: StringEquals ${trust.issuer}:sub`,
          statement: trust.statement.index,
        }))
    }),
}

type SubjectForm = 'environment' | 'ref' | null

function formOf(subject: string): SubjectForm {
  const found = /^repo:[^:]*:(environment|ref)(?::|$)/.exec(subject)
  return (found?.[1] as SubjectForm | undefined) ?? null
}

const otherForm: Rule = {
  id: 'AWS040',
  severity: 'medium',
  title: 'a branch is pinned although the job declares an environment, or the reverse',
  why: '`sub` changes its form when a job declares an environment',
  check: ({ trusts, facts: { sample } }) => {
    const got = formOf(String(sample?.['sub'] ?? ''))
    if (got === null) return []
    return trusts.flatMap((trust) => {
      const forms = subjectValues(trust).map((value) => ({ ...value, form: formOf(value.text) }))
      const off = forms.filter(({ form }) => form !== null && form !== got)
      if (off.length < forms.length || off.length === 0) return []
      return off.map(({ at, text }) => ({
        at,
        what: `\`${text}\` has the ${formOf(text)} form, the token the ${got} form`,
        fix: `write the subject the token has: \`${String(sample!['sub'])}\``,
        statement: trust.statement.index,
      }))
    })
  },
}

const customTemplate: Rule = {
  id: 'AWS041',
  severity: 'medium',
  title: 'the issuer writes subjects by a template of its own',
  why: 'the default form never matches, or matches less than meant',
  check: ({ trusts, facts: { sample } }) => {
    const subject = sample?.['sub']
    if (typeof subject !== 'string') return []
    return trusts.flatMap((trust: Trust) => {
      const prefixes = trust.tenancy.forms.map(({ prefix }) => prefix)
      if (prefixes.length === 0 || prefixes.some((prefix) => subject.startsWith(prefix))) return []
      return subjectValues(trust)
        .filter(({ text }) => prefixes.some((prefix) => text.startsWith(prefix)))
        .map(({ at, text }) => ({
          at,
          what: `\`${text}\` has the default form, the token says \`${subject}\``,
          fix: 'write the condition from a real token',
          statement: trust.statement.index,
        }))
    })
  },
}

const tooLong: Rule = {
  id: 'AWS042',
  severity: 'medium',
  title: 'a policy over the quota',
  why: 'AWS refuses to store it',
  check: ({ policy, facts: { quota = 2048 } }) => {
    const length = policyLength(policy.source)
    if (length <= quota) return []
    return [
      {
        at: policy.at,
        what: `${length} characters, the quota is ${quota}`,
        fix: 'merge values, or split the role',
      },
    ]
  },
}

const thumbprint: Rule = {
  id: 'AWS045',
  severity: 'low',
  title: 'a thumbprint for a publicly trusted issuer',
  why: 'AWS ignores it, and it rots',
  check: ({ policy, trusts, facts: { thumbprints } }) => {
    if ((thumbprints ?? []).length === 0 || !trusts.some(({ shared }) => shared)) return []
    return [
      {
        at: policy.at,
        what: 'the provider lists thumbprints',
        fix: 'create the provider without thumbprints',
      },
    ]
  },
}

/** Rules about the session, the role around the policy and real tokens. */
export const sessionRules: readonly Rule[] = [
  optionalTags,
  longSession,
  administrator,
  missingPermission,
  sharedAddresses,
  otherForm,
  customTemplate,
  tooLong,
  thumbprint,
]
