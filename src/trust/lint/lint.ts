import type { Policy } from '../policy/document.ts'
import type { Span } from '../policy/json.ts'
import { parsePolicy } from '../policy/parse.ts'
import { audienceRules } from './audience.ts'
import { breadthRules } from './breadth.ts'
import { environmentRules } from './environments.ts'
import type { Finding, Hit, LintFacts, Severity } from './finding.ts'
import { keyRules } from './keys.ts'
import { principalRules } from './principal.ts'
import type { Rule } from './rule.ts'
import { scopeRules } from './scope.ts'
import { sessionRules } from './session.ts'
import { styleRules } from './style.ts'
import { type LintView, searchStranger, viewOf } from './view.ts'

// A policy that AWS would refuse is told too, so that one list holds everything. The runner itself speaks of both.
const malformed: Rule = {
  id: 'AWS000',
  severity: 'medium',
  title: 'AWS does not store this policy',
  why: 'the grammar of trust policies',
  check: () => [],
}

// What cannot be decided is no proof: it counts as an error until somebody looks.
const notDecided: Rule = {
  id: 'ESC004',
  severity: 'high',
  title: 'a policy that could not be decided',
  why: 'conditions on numbers, times, addresses or variables, or too many patterns, stand where the tenant should be pinned',
  check: () => [],
}

/** Every rule, by id. A rule about two places of a policy may be made of two parts with one id. */
export const rules: readonly Rule[] = [
  malformed,
  notDecided,
  ...scopeRules,
  ...audienceRules,
  ...breadthRules,
  ...keyRules,
  ...principalRules,
  ...sessionRules,
  ...styleRules,
  ...environmentRules,
].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))

const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low']

/**
 * What is wrong with a trust policy, worst first, then by place. Critical findings carry a token that gets in.
 *
 * Sound for strangers: when no finding is critical or high, no token of another tenant of a shared issuer is admitted, in the
 * whole language of tokens that a tenant can have.
 */
export function lint(policy: unknown, facts: LintFacts = {}): readonly Finding[] {
  const { policy: parsed, faults, source } = parsePolicy(policy)
  const findings = faults.map((fault) =>
    findingOf(
      malformed,
      { at: fault.at, what: `${fault.message} (${fault.detail})`, fix: 'correct the document' },
      source,
    ),
  )
  if (parsed !== null) findings.push(...lintParsed(parsed, facts))
  return findings.sort(
    (a, b) =>
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      a.at.from - b.at.from ||
      (a.id < b.id ? -1 : 1),
  )
}

function lintParsed(policy: Policy, facts: LintFacts): Finding[] {
  const view = viewOf(policy, facts)
  const findings = rules.flatMap((rule) => rule.check(view).map((hit) => findingOf(rule, hit, policy.source)))
  return [...findings, ...unexplained(view, findings)]
}

// Should a stranger get in by a way that no rule describes, the token itself is the finding.
function unexplained(view: LintView, findings: readonly Finding[]): Finding[] {
  return view.trusts.flatMap((trust) => {
    const told = findings.some(
      ({ severity, witness, statement, id }) =>
        statement === trust.statement.index &&
        (severity === 'critical' || (witness !== null && id === 'AWS019')),
    )
    const { witness, undecided } = told ? { witness: null, undecided: false } : searchStranger(view, trust)
    if (witness === null && !undecided) return []
    const place = {
      at: trust.statement.conditionAt ?? trust.statement.at,
      fix: `pin ${trust.issuer}:sub to subjects of your own`,
      statement: trust.statement.index,
    }
    if (witness === null) {
      const what = 'it could not be decided whether another tenant gets in'
      return [findingOf(notDecided, { ...place, what }, view.policy.source)]
    }
    const what = `the conditions together still admit \`${String(witness.claims['sub'])}\``
    const rule = rules.find(({ id }) => id === 'AWS001')!
    return [findingOf(rule, { ...place, what, witness }, view.policy.source)]
  })
}

function findingOf(rule: Omit<Rule, 'check'>, hit: Hit, source: string): Finding {
  return {
    id: rule.id,
    severity: hit.severity ?? rule.severity,
    what: hit.what,
    why: rule.why,
    fix: hit.fix,
    statement: hit.statement ?? null,
    at: { ...hit.at, ...lineAndColumn(source, hit.at) },
    witness: hit.witness ?? null,
    edits: hit.edits ?? [],
  }
}

function lineAndColumn(source: string, { from }: Span): { readonly line: number; readonly column: number } {
  const before = source.slice(0, from)
  return { line: before.split('\n').length, column: from - before.lastIndexOf('\n') }
}

/** Findings as text for a person. */
export function renderFindings(findings: readonly Finding[], file = 'policy'): string {
  if (findings.length === 0) return 'no findings\n'
  return findings.map((finding) => renderFinding(finding, file)).join('\n')
}

function renderFinding({ id, severity, what, why, fix: change, at, witness }: Finding, file: string): string {
  const lines = [
    `${file}:${at.line}:${at.column} ${severity} ${id}: ${what}`,
    `  why: ${why}`,
    `  fix: ${change}`,
  ]
  if (witness !== null) lines.push(`  a token that gets in: ${JSON.stringify(witness.claims)}`)
  return `${lines.join('\n')}\n`
}
