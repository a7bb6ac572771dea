import type { Decision, StatementTrace, Suggestion } from './decision.ts'
import { listOf, type PlainStatement, plainPolicy, statementAt } from './policy/plain.ts'
import { repairCondition } from './repair.ts'
import type { TrustInput } from './request.ts'

/** Rounds of repair for one statement; each round mends every condition that failed. */
const maxRounds = 4
/** Statements that a repair is tried for; of more, those with the least to mend. */
const maxStatements = 16

/**
 * One change that would flip a refusal. For a trust policy the change is tried out: a patched document is given
 * only when the same request is allowed under it, and the edit with the fewest parts wins.
 */
export function suggest(
  input: TrustInput,
  decision: Decision,
  decide: (input: TrustInput) => Decision,
): Suggestion | null {
  if (decision.effect !== 'deny') return decision.suggestion
  if (decision.reasonCode === 'EXPLICIT_DENY') return { say: denySuggestion(decision) }
  const statements = new Map<number, StatementTrace>()
  for (const row of decision.trace) if (row.effect === 'Allow') statements.set(row.index, row)
  const repairs = [...statements]
    .sort(([, a], [, b]) => faultsOf(a) - faultsOf(b))
    .slice(0, maxStatements)
    .map(([index]) => repairStatement(input, index, decide))
    .filter((repair) => repair !== null)
    .sort((a, b) => a.edits - b.edits)
  return repairs[0] ?? { say: wordsOnly(decision) }
}

function faultsOf({ principal, action, conditions }: StatementTrace): number {
  return [principal, action, ...conditions].filter(({ holds }) => !holds).length
}

function denySuggestion({ trace, decidedBy }: Decision): string {
  const row = trace[decidedBy!]!
  const place = `statement ${row.index + 1}`
  const guard = row.conditions[0]
  if (guard === undefined)
    return `remove ${place} or give it a condition: it denies every caller of the provider`
  return `${place} denies because ${guard.operator} ${guard.key} holds (${guard.why}); exempt this caller there if it is meant to get in`
}

function wordsOnly({ trace, reason }: Decision): string {
  const row = trace.find(
    ({ effect, principal, action }) => effect === 'Allow' && principal.holds && action.holds,
  )
  const failed = row?.conditions.find(({ holds }) => !holds)
  if (failed === undefined) return `add an Allow statement for this caller: ${reason}`
  if (!failed.present) return `the request carries no \`${failed.key}\`; let the issuer or the caller send it`
  return `the request must carry a \`${failed.key}\` that satisfies ${failed.operator} ${failed.wanted.join(', ')}`
}

type Repair = Suggestion & { readonly edits: number }

function repairStatement(
  input: TrustInput,
  index: number,
  decide: (input: TrustInput) => Decision,
): Repair | null {
  let patched = plainPolicy(input.policy)
  const words: string[] = []
  for (let round = 0; round < maxRounds; round += 1) {
    const decision = decide({ ...input, policy: patched })
    if (decision.effect !== 'deny') {
      if (decision.effect === 'error' || words.length === 0) return null
      return {
        say: `in statement ${index + 1} ${words.join(', and ')}`,
        policy: patched,
        edits: words.length,
      }
    }
    patched = structuredClone(patched)
    const statement = statementAt(patched, index)
    const rows = decision.trace.filter((row) => row.index === index)
    if (statement === null || rows.length === 0) return null
    const done = rows
      .flatMap((row) => repairRow(statement, row, decision))
      .filter((word) => !words.includes(word))
    if (done.length === 0) return null
    words.push(...done)
  }
  return null
}

function repairRow(statement: PlainStatement, row: StatementTrace, decision: Decision): string[] {
  if (row.matched) return []
  const done: string[] = []
  if (!row.principal.holds && 'Principal' in statement)
    done.push(addPrincipal(statement, row.principal.got[0]!))
  if (!row.action.holds && 'Action' in statement && isNeeded(row.permission, decision)) {
    done.push(addAction(statement, row.permission))
  }
  for (const condition of row.conditions) {
    const words = condition.holds
      ? null
      : repairCondition(statement, condition, row.principal.got[0]!, decision)
    if (words !== null && !done.includes(words)) done.push(words)
  }
  return done
}

// A second permission that another statement already grants needs no repair here.
function isNeeded(permission: string, { trace }: Decision): boolean {
  return !trace.some((row) => row.permission === permission && row.matched && row.effect === 'Allow')
}

function addPrincipal(statement: PlainStatement, name: string): string {
  const given = statement['Principal']
  const kinds = typeof given === 'object' && given !== null ? { ...given } : {}
  const federated = (kinds as PlainStatement)['Federated']
  const misspelt = typeof federated === 'string' && sameButForm(federated, name)
  const next = federated === undefined || misspelt ? name : [...listOf(federated), name]
  statement['Principal'] = federated === undefined ? { Federated: name } : { ...kinds, Federated: next }
  return misspelt ? `write the provider as \`${name}\`` : `trust the provider \`${name}\``
}

// The same host written otherwise (case, trailing slash, scheme) is a slip, not a second provider.
function sameButForm(a: string, b: string): boolean {
  const bare = (text: string): string =>
    text
      .toLowerCase()
      .replace(/^.*oidc-provider\//, '')
      .replace(/^https?:\/\//, '')
      .replace(/\/$/, '')
  return bare(a) === bare(b)
}

function addAction(statement: PlainStatement, permission: string): string {
  const given = listOf(statement['Action'])
  const wrong = given.length === 1 && /^sts:AssumeRole(WithSAML)?$/i.test(String(given[0]))
  statement['Action'] = wrong || given.length === 0 ? permission : [...given, permission]
  return wrong ? `make the action \`${permission}\`` : `add the action \`${permission}\``
}
