import type { Claims, Decision } from '../trust/index.ts'

/** One call the sandbox decided. Holds claims, never a token, a secret or a key. */
export interface DecisionEntry {
  readonly id: string
  readonly requestId: string
  /** ISO 8601. */
  readonly at: string
  readonly action: string
  readonly effect: 'allow' | 'deny' | 'error'
  readonly reasonCode: string
  readonly reason: string
  readonly suggestion: string
  readonly error: { readonly code: string; readonly status: number; readonly message: string } | null
  /** Who signed the call, `null` when nobody did or the signature did not hold. */
  readonly caller: string | null
  readonly roleArn: string | null
  readonly roleSessionName: string | null
  readonly providerArn: string | null
  readonly claims: Claims | null
  /** What the trust engine said, statement by statement; `null` when it was not asked. */
  readonly decision: Decision | null
}

/** The last decisions, newest first. */
export interface DecisionLog {
  readonly add: (entry: DecisionEntry) => void
  readonly list: () => readonly DecisionEntry[]
  readonly find: (id: string) => DecisionEntry | undefined
  readonly clear: () => void
}

/** A log that keeps the last `limit` decisions in memory. */
export function createDecisionLog(limit: number): DecisionLog {
  let entries: readonly DecisionEntry[] = []
  return {
    add: (entry) => {
      entries = [Object.freeze(entry), ...entries].slice(0, limit)
    },
    list: () => entries,
    find: (id) => entries.find((entry) => entry.id === id),
    clear: () => {
      entries = []
    },
  }
}

/** A decision as a short text for a terminal. */
export function formatDecision(entry: DecisionEntry): string {
  const lines = [
    `${entry.at}  ${entry.action}  ${entry.effect.toUpperCase()}  ${entry.reasonCode}  (sandbox decision ${entry.id})`,
    `  ${entry.reason}`,
  ]
  const fact = (name: string, value: string | null | undefined) => {
    if (value) lines.push(`  ${name.padEnd(9)}${printable(value)}`)
  }
  if (entry.error) fact('answer', `${entry.error.status} ${entry.error.code}: ${entry.error.message}`)
  fact('caller', entry.caller)
  fact('role', entry.roleArn)
  fact('session', entry.roleSessionName)
  fact('provider', entry.providerArn)
  for (const name of ['iss', 'aud', 'azp', 'sub', 'exp']) {
    const claim = entry.claims?.[name]
    if (claim !== undefined) fact(name, typeof claim === 'string' ? claim : JSON.stringify(claim))
  }
  for (const statement of entry.decision?.trace ?? []) {
    const name = statement.sid === null ? `${statement.index}` : `${statement.index} ${statement.sid}`
    lines.push(
      `  statement ${name}: ${statement.effect} ${statement.permission}: ${match(statement.matched)}`,
    )
    if (!statement.principal.holds) lines.push(`    principal: ${statement.principal.why}`)
    if (!statement.action.holds) lines.push(`    action: ${statement.action.why}`)
    for (const test of statement.conditions) {
      const got = test.present ? JSON.stringify(test.got) : 'absent'
      const wanted = JSON.stringify(test.expanded)
      const what = `${test.operator} ${test.key}: wanted ${wanted}, got ${got}`
      lines.push(`    ${test.holds ? 'holds' : 'fails'}  ${printable(what)}`)
      if (!test.holds) lines.push(`           ${printable(test.why)}`)
    }
  }
  fact('next', entry.suggestion)
  return `${lines.join('\n')}\n`
}

function match(matched: boolean): string {
  return matched ? 'matches' : 'does not match'
}

/** Claims come from outside: no control character of theirs reaches a terminal. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '\ufffd')
}
