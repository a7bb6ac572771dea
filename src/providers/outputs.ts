import { rangeless } from '../diag/index.ts'
import type { ExportedValue } from '../value/index.ts'

/** The trace of what a provider makes: the evaluator puts the call's own place there. */
export const nowhere = { def: rangeless('') }

/** A text value; the evaluator gives it the call's own place. */
export function textOutput(text: string, secret = false): ExportedValue {
  return { value: text, ...(secret ? { secret: true as const } : {}), trace: nowhere }
}

/** An object of secret values; members that are null are left out. The evaluator makes every descendant secret. */
export function secretRecord(members: {
  readonly [name: string]: string | ExportedValue | null
}): ExportedValue {
  const record = Object.create(null) as Record<string, ExportedValue>
  for (const [name, member] of Object.entries(members)) {
    if (member !== null) record[name] = typeof member === 'string' ? textOutput(member, true) : member
  }
  return { value: record, secret: true, trace: nowhere }
}
