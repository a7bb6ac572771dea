import type { CheckTrace, ConditionTrace, Decision, StatementTrace } from './decision.ts'

/** A Decision as text for a person: the answer, each statement with what it wanted and got, and one next step. */
export function explain(decision: Decision): string {
  const lines = [`${headline(decision)}: ${decision.reason}`, ...traceLines(decision)]
  if (decision.awsError !== null) {
    lines.push(
      '',
      `AWS answers: ${decision.awsError.code} (${decision.awsError.status}) ${decision.awsError.message}`,
    )
  }
  if (decision.suggestion !== null) {
    lines.push(`next step: ${decision.suggestion.say}`)
    if (decision.suggestion.policy !== undefined) {
      lines.push('', 'the policy with this change:', JSON.stringify(decision.suggestion.policy, null, 2))
    }
  }
  return `${lines.join('\n')}\n`
}

/** Only what each statement wanted and got: for messages that say the rest in their own words. */
export function explainTrace(decision: Decision): string {
  return traceLines(decision).join('\n').trim()
}

function traceLines(decision: Decision): string[] {
  const permissions = [...new Set(decision.trace.map(({ permission }) => permission))]
  return permissions.flatMap((permission) => {
    const rows = decision.trace.filter((row) => row.permission === permission)
    const statements = rows.flatMap((row) =>
      statementLines(row, row === decision.trace[decision.decidedBy ?? -1]),
    )
    return ['', permission, ...statements]
  })
}

function headline({ effect, reasonCode }: Decision): string {
  const verdict = { allow: 'allowed', deny: 'denied', error: 'refused' }[effect]
  return effect === 'allow' ? verdict : `${verdict} (${reasonCode})`
}

function statementLines(row: StatementTrace, decides: boolean): string[] {
  const sid = row.sid === null || row.sid === '' ? '' : ` "${row.sid}"`
  const outcome = row.matched ? 'applies' : 'does not apply'
  const lines = [
    `  statement ${row.index + 1}${sid} ${row.effect}: ${outcome}${decides ? ', and decides' : ''}`,
  ]
  lines.push(...checkLines('principal', row.principal), ...checkLines('action', row.action))
  for (const condition of row.conditions) {
    lines.push(...checkLines(`${condition.operator} ${condition.key}`, condition))
    lines.push(...expansionLines(condition))
  }
  if (row.conditions.length === 0) lines.push('    yes  no condition')
  return lines
}

function checkLines(what: string, check: CheckTrace): string[] {
  const lines = [`    ${check.holds ? 'yes' : 'NO '}  ${what}: ${check.why}`]
  if (check.holds) return lines
  lines.push(`           wanted ${list(check.wanted)}`, `           got    ${list(check.got, 'absent')}`)
  return lines
}

function expansionLines({ wanted, expanded }: ConditionTrace): string[] {
  if (wanted.join('\n') === expanded.join('\n')) return []
  return [`           with variables replaced: ${list(expanded, 'no value')}`]
}

function list(values: readonly string[], none = 'nothing'): string {
  return values.length === 0 ? none : values.map((value) => `\`${value}\``).join(', ')
}
