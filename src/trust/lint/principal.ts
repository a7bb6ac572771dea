import { providerArnOf } from '../language/domains.ts'
import { parseProviderArn } from '../policy/principal-grammar.ts'
import { parseRoleArn } from '../role-arn.ts'
import { actionCovers } from '../statements.ts'
import type { Hit } from './finding.ts'
import type { Rule } from './rule.ts'

const web = 'sts:AssumeRoleWithWebIdentity'

const slashedProvider: Rule = {
  id: 'AWS028',
  severity: 'medium',
  title: 'a trailing slash that provider, issuer and keys do not share',
  why: 'provider lookup and keys are exact',
  check: ({ trusts, facts: { provider } }) =>
    trusts.flatMap(({ statement, principalValue, partition }) => {
      const real = provider === undefined ? principalValue : providerArnOf(provider, partition)
      if (real === principalValue || real.replace(/\/$/, '') !== principalValue.replace(/\/$/, '')) return []
      return [
        {
          at: statement.principalAt,
          what: `\`${principalValue}\` differs from the provider in its slash`,
          fix: `write \`${real}\``,
          statement: statement.index,
        },
      ]
    }),
}

const casedProvider: Rule = {
  id: 'AWS029',
  severity: 'medium',
  title: 'a provider in another letter case',
  why: 'principals are compared exactly',
  check: ({ trusts, facts: { provider } }) =>
    trusts.flatMap(({ statement, principalValue, partition, account }) => {
      if (account === null) return []
      const real = provider === undefined ? loweredHost(principalValue) : providerArnOf(provider, partition)
      if (real === principalValue || real.toLowerCase() !== principalValue.toLowerCase()) return []
      const what = `\`${principalValue}\` is not exactly \`${real}\``
      return [{ at: statement.principalAt, what, fix: `write \`${real}\``, statement: statement.index }]
    }),
}

// Issuers publish their host in lower case; a path may have capitals.
function loweredHost(arn: string): string {
  return arn.replace(
    /(:oidc-provider\/)([^/]*)/,
    (_, head: string, host: string) => head + host.toLowerCase(),
  )
}

const wrongAction: Rule = {
  id: 'AWS031',
  severity: 'medium',
  title: 'an action that an OIDC provider cannot perform',
  why: 'a web identity calls AssumeRoleWithWebIdentity, nothing else',
  check: ({ policy }) =>
    policy.statements.flatMap((statement): Hit[] => {
      const { principals, actions, actionAt, index } = statement
      const federated = principals.some(
        ({ kind, value }) => kind === 'Federated' && parseProviderArn(value) !== null,
      )
      const other = actions.filter(({ pattern }) => /^sts:AssumeRole(WithSAML)?$/i.test(pattern))
      if (!federated || other.length === 0 || actionCovers(statement, web)) return []
      return [
        {
          at: actionAt,
          what: `\`${other[0]!.pattern}\` never matches a web identity`,
          fix: `use \`${web}\``,
          statement: index,
        },
      ]
    }),
}

const notFederated: Rule = {
  id: 'AWS032',
  severity: 'medium',
  title: 'an AWS principal where an OIDC provider is meant',
  why: 'a web identity is matched by Federated entries only',
  check: ({ policy }) =>
    policy.statements.flatMap((statement): Hit[] => {
      const { principals, actions, conditions, principalAt, index } = statement
      if (principals.length === 0 || principals.some(({ kind }) => kind === 'Federated')) return []
      const meant =
        actions.some(({ pattern }) => pattern.toLowerCase() === web.toLowerCase()) ||
        conditions.some(({ key }) => /^[\w.-][\w-]*\.[\w/.-]+:(sub|aud)$/i.test(key))
      if (!meant) return []
      const what = `${principals.map(({ kind, value }) => `${kind} \`${value}\``).join(', ')} never covers a web identity`
      return [
        {
          at: principalAt,
          what,
          fix: 'write {"Federated": "arn:aws:iam::ACCOUNT:oidc-provider/HOST"}',
          statement: index,
        },
      ]
    }),
}

const elsewhere: Rule = {
  id: 'AWS033',
  severity: 'medium',
  title: 'a provider in another account or partition',
  why: 'the provider is looked up in the account of the role',
  check: ({ trusts, facts: { role, provider } }) => {
    const home = role?.arn === undefined ? null : parseRoleArn(role.arn)
    const account = home?.account ?? provider?.account
    return trusts.flatMap((trust) => {
      if (trust.account === null || account === undefined) return []
      if (trust.account === account && (home === null || home.partition === trust.partition)) return []
      const what = `\`${trust.principalValue}\` is not in account ${account}${home === null ? '' : ` of ${home.partition}`}`
      const fix = `create the provider in account ${account} and name that one`
      return [{ at: trust.statement.principalAt, what, fix, statement: trust.statement.index }]
    })
  },
}

/** Rules about principals and actions (AWS028, AWS029, AWS031 to AWS033). */
export const principalRules: readonly Rule[] = [
  slashedProvider,
  casedProvider,
  wrongAction,
  notFederated,
  elsewhere,
]
