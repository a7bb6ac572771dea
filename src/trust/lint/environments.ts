import { automatonOf, TooManyStates } from '../language/automaton.ts'
import { text as exactly } from '../language/expression.ts'
import { everyEnvironmentSubject, repeatsAttribute } from '../language/issuer-model.ts'
import { overlap } from '../language/prove.ts'
import { patternLanguage } from '../language/value-language.ts'
import type { Hit } from './finding.ts'
import type { Rule } from './rule.ts'
import { claimEntries, isPattern, type LintView, subjectValues } from './view.ts'

function eachSubject(
  check: (
    value: ReturnType<typeof subjectValues>[number],
  ) => { readonly what: string; readonly fix: string } | null,
): Rule['check'] {
  return ({ trusts }: LintView) =>
    trusts
      .filter(({ environments }) => environments)
      .flatMap((trust) =>
        subjectValues(trust).flatMap((value): Hit[] => {
          const found = check(value)
          return found === null ? [] : [{ at: value.at, statement: trust.statement.index, ...found }]
        }),
      )
}

const anonymousText: Rule = {
  id: 'ESC001',
  severity: 'high',
  title: 'the subject of anonymous text is trusted',
  why: 'every stack of the organization, and whoever opens ad-hoc text, shares it',
  check: eachSubject(({ text }) =>
    /:env:<yaml>$/.test(text)
      ? {
          what: `\`${text}\` is the subject of every unsaved document`,
          fix: 'set `subjectAttributes: [currentEnvironment.name]` and trust that subject',
        }
      : null,
  ),
}

const noSuchSubject: Rule = {
  id: 'ESC002',
  severity: 'medium',
  title: 'a subject that this issuer never signs',
  why: 'the value never matches: a wrong form, attribute or separator',
  check: eachSubject(({ entry, text }) => {
    try {
      const language = isPattern(entry) ? patternLanguage(text) : automatonOf(exactly(text))
      if (entry.operator.name === 'StringEqualsIgnoreCase' || text.includes('${')) return null
      if (overlap(language, everyEnvironmentSubject()) && !repeatsAttribute(text)) return null
    } catch (error) {
      if (error instanceof TooManyStates) return null
      throw error
    }
    return { what: `no environment can have the subject \`${text}\``, fix: subjectAdvice(text) }
  }),
}

function subjectAdvice(text: string): string {
  if (/:env:default\//.test(text)) return 'name environments of the default project without `default/`'
  if (text.includes('pulumi.token.name'))
    return 'a token name is chosen by its maker and never part of a subject'
  return 'copy the subject from `esc env aws explain` or from a real token'
}

const anyCase: Rule = {
  id: 'ESC003',
  severity: 'medium',
  title: 'a case-insensitive operator on a claim that tells callers apart',
  why: 'names that differ in case can belong to different things',
  check: ({ trusts }) =>
    trusts.flatMap((trust) =>
      claimEntries(trust, [...trust.tenancy.scopingClaims, 'sub'])
        .filter(({ operator }) => operator.name === 'StringEqualsIgnoreCase')
        .map((entry) => ({
          at: entry.operatorAt,
          what: `${entry.operatorName} ${entry.key} takes any letter case`,
          fix: `use ${entry.operatorName.replace('IgnoreCase', '')}`,
          statement: trust.statement.index,
        })),
    ),
}

/** Rules about subjects of our own issuer, and about letter case. */
export const environmentRules: readonly Rule[] = [anonymousText, noSuchSubject, anyCase]
