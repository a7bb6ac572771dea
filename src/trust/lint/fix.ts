import { builtInProviders } from '../issuers.ts'
import { compareAdmission } from '../language/containment.ts'
import { type Policy, type Statement, wordingOf } from '../policy/document.ts'
import { parsePolicy } from '../policy/parse.ts'
import { isFederated, parseProviderArn } from '../policy/principal-grammar.ts'
import { checkWritable } from '../write-check.ts'
import type { Edit, Finding, LintFacts } from './finding.ts'
import { lint } from './lint.ts'

/** A policy text with edits made, and what was left to a person. */
export interface Fixed {
  readonly text: string
  /** The findings whose edits were made. */
  readonly made: readonly Finding[]
  /** The findings whose edits were not, each with the reason. */
  readonly refused: readonly { readonly finding: Finding; readonly why: string }[]
}

/**
 * The policy text with every edit made of which it is proved that it admits nobody more: no token of any issuer that the policy
 * trusts, for any audience, with whatever claims, tags and surroundings. The layout is kept. Where two edits touch the same text
 * the worse finding wins; an edit that cannot be proved is refused.
 */
export function mend(policy: unknown, facts: LintFacts = {}): Fixed {
  const { source } = parsePolicy(policy)
  const made: Finding[] = []
  const refused: Fixed['refused'][number][] = []
  let text = source
  for (const finding of lint(policy, facts)) {
    if (finding.edits.length === 0) continue
    const next = applied(source, [...made, finding])
    const why = next === null ? 'an edit of a worse finding touches the same text' : doubt(next, text, facts)
    if (why === null) {
      made.push(finding)
      text = next!
    } else refused.push({ finding, why })
  }
  return { text, made, refused }
}

/** The text of `mend`. */
export function fix(policy: unknown, facts: LintFacts = {}): string {
  return mend(policy, facts).text
}

// `null` when two edits overlap.
function applied(source: string, findings: readonly Finding[]): string | null {
  const edits = findings.flatMap((finding) => finding.edits).sort((a, b) => b.at.from - a.at.from)
  if (edits.some((edit, i) => i > 0 && overlaps(edit, edits[i - 1]!))) return null
  return edits.reduce((text, { at, text: put }) => text.slice(0, at.from) + put + text.slice(at.to), source)
}

function overlaps(a: Edit, b: Edit): boolean {
  return a.at.to > b.at.from && b.at.to > a.at.from
}

// Why an edited policy must not take the place of the one before; `null` when it may.
function doubt(after: string, before: string, facts: LintFacts): string | null {
  const [now, then] = [parsePolicy(after).policy, parsePolicy(before).policy]
  if (now === null || then === null) return 'the edited policy could not be read'
  const limits = facts.quota === undefined ? {} : { quota: facts.quota }
  const refusal = checkWritable(after, limits)
  if (refusal !== null && checkWritable(before, limits) === null)
    return `AWS would not store it: ${refusal.reason}`
  const other = now.statements.find(
    (one, i) => !trustsProvidersOnly(one) && !sameText(one, then.statements[i]),
  )
  if (other !== undefined)
    return `statement ${other.index + 1} trusts others than OIDC providers, of which nothing can be proved`
  for (const { url, account, partition } of providersOf(then)) {
    const provider = { url, account, clientIds: [] }
    const compared = compareAdmission({ policy: after, than: before, provider, partition })
    if (compared.verdict === 'wider') return `it would admit ${JSON.stringify(compared.claims)}`
    if (compared.verdict === 'unknown') return `it is not proved that nobody more gets in: ${compared.why}`
  }
  return null
}

function trustsProvidersOnly({ principals, principalsNegated }: Statement): boolean {
  return (
    !principalsNegated && principals.every(({ kind, value }) => kind === 'Federated' && isProvider(value))
  )
}

function isProvider(value: string): boolean {
  return isFederated(value) && (parseProviderArn(value) !== null || builtInProviders.includes(value))
}

// What others meet must be the same to the letter; where it stands in the text does not matter.
function sameText(a: Statement, b: Statement | undefined): boolean {
  return b !== undefined && wordingOf(a) === wordingOf(b)
}

function providersOf({ statements }: Policy) {
  const named = statements
    .flatMap(({ principals }) => principals.map(({ value }) => value))
    .filter(isProvider)
  return [...new Set(named)].map((value) => {
    const arn = parseProviderArn(value)
    return {
      url: `https://${arn?.issuer ?? value}`,
      account: arn?.account ?? '123456789012',
      partition: arn?.partition ?? 'aws',
    }
  })
}
