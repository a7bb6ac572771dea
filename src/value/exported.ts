import type { Range } from '../diag/index.ts'
import type { NumberText } from './number-text.ts'

/**
 * The result model that leaves the evaluator (language specification §11): plain frozen data.
 *
 * Strings may hold bytes that are not UTF-8 (from `fn::fromBase64`): each such byte is kept as a lone surrogate
 * U+DC80…U+DCFF; see `utf8.ts` for the conversions.
 */
export type Scalar = null | boolean | NumberText | string

/** A value with its secrecy and its origin. Containers hold values again; `value` is absent only for null. */
export interface ExportedValue {
  readonly value?: Exclude<Scalar, null> | readonly ExportedValue[] | ExportedRecord
  readonly secret?: true
  readonly unknown?: true
  readonly trace: Trace
}

/** A null-prototype record, so that `__proto__` and friends are ordinary keys. Keys in UTF-8 byte order. */
export interface ExportedRecord {
  readonly [key: string]: ExportedValue
}

/** Where a value was defined, and the value below it that it overrides. */
export interface Trace {
  readonly def: Range
  readonly base?: ExportedValue
}

/** A plain JSON-like value without secrecy or traces; what `toJson` gives and `output/` prints. */
export type PlainValue = Scalar | readonly PlainValue[] | { readonly [key: string]: PlainValue }
