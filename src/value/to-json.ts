import type { ExportedRecord, ExportedValue, PlainValue } from './exported.ts'
import { NumberText } from './number-text.ts'
import { quote } from './quote.ts'
import { jsonNumber } from './stringify-json.ts'
import { compareBytes } from './utf8.ts'

/** Whether secrets are shown. */
export interface Redaction {
  /** Whether a secret value is replaced by `[secret]`. */
  readonly redact: boolean
}

/** The plain value of an exported one (§11.5): `[secret]` where redacted, `[unknown]` where unknown, else the data. */
export function toJson(value: ExportedValue, { redact }: Redaction): PlainValue {
  if (value.secret && redact) return '[secret]'
  if (value.unknown) return '[unknown]'
  const data = value.value ?? null
  if (isScalar(data)) return data
  if (isList(data)) return data.map((item) => toJson(item, { redact }))
  const record: { [key: string]: PlainValue } = Object.create(null)
  for (const key of Object.keys(data).sort(compareBytes)) record[key] = toJson(data[key]!, { redact })
  return record
}

/**
 * Data for people to read: a number that JSON does not have (`+Inf`, `NaN`) is its text, as in what a server gives, so that
 * the whole can be written.
 */
export function readableJson(value: PlainValue): PlainValue {
  if (value instanceof NumberText) return jsonNumber.test(value.text) ? value : value.text
  if (typeof value !== 'object' || value === null) return value
  if (isPlainList(value)) return value.map(readableJson)
  const record: { [key: string]: PlainValue } = Object.create(null)
  for (const [key, member] of Object.entries(value)) record[key] = readableJson(member)
  return record
}

function isPlainList(value: PlainValue): value is readonly PlainValue[] {
  return Array.isArray(value)
}

/** The text of an exported value (§7.1, §11.5): null is empty, lists and records are quoted and comma-joined. */
export function toText(value: ExportedValue, { redact }: Redaction): string {
  if (value.secret && redact) return '[secret]'
  if (value.unknown) return '[unknown]'
  const data = value.value ?? null
  if (data === null) return ''
  if (isScalar(data)) return String(data)
  if (isList(data)) return data.map((item) => quote(toText(item, { redact }))).join(',')
  return Object.keys(data)
    .sort(compareBytes)
    .map((key) => `${quote(key)}=${quote(toText(data[key]!, { redact }))}`)
    .join(',')
}

type Data = NonNullable<ExportedValue['value']> | null

function isScalar(data: Data): data is null | boolean | string | NumberText {
  return data === null || typeof data !== 'object' || data instanceof NumberText
}

function isList(data: Data): data is readonly ExportedValue[] {
  return Array.isArray(data)
}

/** Whether the exported value is a record of values (unknown and scalar values are not). */
export function isExportedRecord(data: ExportedValue['value']): data is ExportedRecord {
  return data !== undefined && !isScalar(data) && !isList(data)
}
