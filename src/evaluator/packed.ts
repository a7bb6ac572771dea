import type { Range } from '../diag/index.ts'
import { type ExportedRecord, type ExportedValue, isExportedRecord, NumberText } from '../value/index.ts'

// Structured cloning gives every object the prototype of ordinary ones and forgets classes: records travel as maps, whose keys
// stay keys, and numbers under a name of their own.

/** An exported value in a form that structured cloning keeps. */
export interface PackedValue {
  readonly content?: string | boolean | PackedNumber | readonly PackedValue[] | PackedRecord
  readonly secret?: true
  readonly unknown?: true
  readonly def: Range
  readonly base?: PackedValue
}

interface PackedNumber {
  readonly number: string
}

/** An exported record in that form. */
export type PackedRecord = ReadonlyMap<string, PackedValue>

/** The value, ready to be cloned. */
export function packValue({ value, secret, unknown, trace }: ExportedValue): PackedValue {
  return {
    def: trace.def,
    ...(value === undefined ? {} : { content: packContent(value) }),
    ...(secret === undefined ? {} : { secret }),
    ...(unknown === undefined ? {} : { unknown }),
    ...(trace.base === undefined ? {} : { base: packValue(trace.base) }),
  }
}

/** The record, ready to be cloned. */
export function packRecord(record: ExportedRecord): PackedRecord {
  return new Map(Object.keys(record).map((key) => [key, packValue(record[key]!)]))
}

/** What was packed: frozen, its records without a prototype. */
export function unpackValue({ content, secret, unknown, def, base }: PackedValue): ExportedValue {
  return Object.freeze({
    ...(content === undefined ? {} : { value: unpackContent(content) }),
    ...(secret === undefined ? {} : { secret }),
    ...(unknown === undefined ? {} : { unknown }),
    trace: Object.freeze(base === undefined ? { def } : { def, base: unpackValue(base) }),
  })
}

/** What was packed. */
export function unpackRecord(packed: PackedRecord): ExportedRecord {
  const record: { [key: string]: ExportedValue } = Object.create(null)
  for (const [key, value] of packed) record[key] = unpackValue(value)
  return Object.freeze(record)
}

type Content = NonNullable<ExportedValue['value']>

function packContent(content: Content): NonNullable<PackedValue['content']> {
  if (typeof content !== 'object') return content
  if (content instanceof NumberText) return { number: content.text }
  return isExportedRecord(content)
    ? packRecord(content)
    : (content as readonly ExportedValue[]).map(packValue)
}

function unpackContent(content: NonNullable<PackedValue['content']>): Content {
  if (typeof content !== 'object') return content
  if (content instanceof Map) return unpackRecord(content)
  if (Array.isArray(content)) return Object.freeze(content.map(unpackValue))
  return new NumberText((content as PackedNumber).number)
}
