import { builtInProviders, issuerName } from '../issuers.ts'
import type { Rule } from './rule.ts'
import { anybodyIn, claimEntries, claimOf, isPositive } from './view.ts'

const noAudience: Rule = {
  id: 'AWS011',
  severity: 'high',
  title: 'no condition on the audience',
  why: 'tokens minted for another application of the provider are accepted',
  check: (view) =>
    view.trusts.flatMap((trust) => {
      const { provider } = view.facts
      const single =
        provider !== undefined && issuerName(provider.url) === trust.issuer && provider.clientIds.length === 1
      if (single || trust.statement.conditions.length === 0) return []
      if (claimEntries(trust, ['aud', 'oaud', 'app_id']).some(isPositive)) return []
      // A statement that nobody passes lets no other application in either.
      if (anybodyIn(view, trust) === null) return []
      return [
        {
          at: trust.statement.conditionAt ?? trust.statement.at,
          what:
            provider === undefined
              ? 'the audience is free'
              : `any of ${provider.clientIds.length} audiences is accepted`,
          fix: `add StringEquals ${trust.issuer}:aud`,
          statement: trust.statement.index,
        },
      ]
    }),
}

const unregistered: Rule = {
  id: 'AWS012',
  severity: 'high',
  title: 'an audience that the provider does not register',
  why: 'it never matches, or somebody will register it',
  check: ({ trusts, facts: { provider } }) =>
    trusts.flatMap((trust) => {
      if (provider === undefined || issuerName(provider.url) !== trust.issuer) return []
      if (builtInProviders.includes(trust.issuer)) return []
      return claimEntries(trust, ['aud'])
        .filter((entry) => isPositive(entry) && /^StringEquals$/.test(entry.operator.name))
        .flatMap((entry) => entry.values)
        .filter(({ text, test }) => test !== null && !provider.clientIds.includes(text))
        .map(({ text, at }) => ({
          at,
          what: `\`${text}\` is no client id of the provider`,
          fix: `write ${provider.clientIds.map((id) => `\`${id}\``).join(' or ') || 'a client id'}, or register it`,
          statement: trust.statement.index,
        }))
    }),
}

const authorizedParty: Rule = {
  id: 'AWS037',
  severity: 'medium',
  title: "the token's aud is pinned although the issuer sends azp",
  why: 'the key `aud` carries azp when there is one',
  check: ({ trusts, facts: { sample } }) => {
    const party = sample?.['azp']
    const audience = sample?.['aud']
    if (typeof party !== 'string' || party === audience) return []
    return trusts.flatMap((trust) =>
      claimEntries(trust, ['aud'])
        .filter((entry) => claimOf(entry.key, trust) === 'aud' && isPositive(entry))
        .filter(
          ({ values }) =>
            values.some(({ text }) => text === audience) && !values.some(({ text }) => text === party),
        )
        .map((entry) => ({
          at: entry.valuesAt,
          what: `tokens carry azp \`${party}\`, which is what ${entry.key} holds`,
          fix: `pin ${entry.key} to \`${party}\` and ${trust.issuer}:oaud to the audience`,
          statement: trust.statement.index,
        })),
    )
  },
}

/** Rules about the audience (AWS011, AWS012, AWS037). */
export const audienceRules: readonly Rule[] = [noAudience, unregistered, authorizedParty]
