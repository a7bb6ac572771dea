import { plainJson, readJson } from './json.ts'
import { parsePolicy } from './parse.ts'

/** A statement as plain JSON that may be edited. */
export type PlainStatement = Record<string, unknown>

/** A fresh copy of the policy as plain JSON, whether it was given as text or parsed; `null` when it is no JSON. */
export function plainPolicy(policy: unknown): unknown {
  const node = readJson(parsePolicy(policy).source)
  return 'problem' in node ? null : structuredClone(plainJson(node))
}

/** The statement at a position of a plain document. */
export function statementAt(policy: unknown, index: number): PlainStatement | null {
  const list = (policy as PlainStatement | null)?.['Statement']
  return (listOf(list)[index] as PlainStatement | undefined) ?? null
}

/** A scalar or a list as a list. */
export function listOf(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}
