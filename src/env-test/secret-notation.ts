import { rangeless } from '../diag/index.ts'
import { type ExportedValue, NumberText, type PlainValue, recordOf } from '../value/index.ts'

/** The content of `{fn::secret: x}`, the notation for secrets in test files; `undefined` for anything else. */
export function secretIn(value: PlainValue): PlainValue | undefined {
  if (!isPlainRecord(value)) return undefined
  const keys = Object.keys(value)
  return keys.length === 1 && keys[0] === 'fn::secret' ? value['fn::secret'] : undefined
}

/** Whether plain data is a record. */
export function isPlainRecord(value: PlainValue): value is { readonly [key: string]: PlainValue } {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText)
  )
}

const trace = { def: rangeless('') }

/** Plain data as a provider would give it, `{fn::secret: x}` as secrets. */
export function exportedFrom(plain: PlainValue): ExportedValue {
  const secret = secretIn(plain)
  if (secret !== undefined) return { ...exportedFrom(secret), secret: true }
  if (plain === null) return { trace }
  if (Array.isArray(plain)) return { value: plain.map(exportedFrom), trace }
  if (!isPlainRecord(plain)) return { value: plain as string | boolean | NumberText, trace }
  return { value: recordOf(Object.keys(plain).map((key) => [key, exportedFrom(plain[key]!)])), trace }
}
