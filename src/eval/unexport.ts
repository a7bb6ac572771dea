import { rangeless } from '../diag/index.ts'
import {
  type ExportedValue,
  isExportedRecord,
  NumberText,
  type PlainValue,
  type Scalar,
  type Trace,
} from '../value/index.ts'
import type { Expr } from './expr.ts'
import type { Budget } from './limits.ts'
import { constantSchema, recordSchema, tupleSchema } from './schemas.ts'
import { sortKeys, Value } from './value.ts'

/**
 * Takes plain data into the value graph (language specification §8.1): every value comes from `def` and has the schema
 * that only it fits.
 */
export function unexport(exported: ExportedValue, def: Expr, budget: Budget): Value {
  budget.enter()
  budget.step()
  const data = exported.value ?? null
  let value: Value
  if (isScalar(data)) {
    value = new Value(def, constantSchema(data), data)
  } else if (isExportedRecord(data)) {
    const keys = sortKeys(Object.keys(data))
    value = recordValue(
      def,
      keys.map((key) => [key, unexport(data[key]!, def, budget)]),
    )
  } else {
    value = listValue(
      def,
      data.map((item) => unexport(item, def, budget)),
    )
  }
  value.secret = exported.secret === true || def.secret
  value.unknown = exported.unknown === true
  budget.leave()
  return value
}

/** The same for decoded JSON; `secret` marks every value of the tree. */
export function valueFromPlain(data: PlainValue, def: Expr, secret: boolean, budget: Budget): Value {
  budget.enter()
  budget.step()
  let value: Value
  if (isScalar(data)) {
    value = new Value(def, constantSchema(data), data)
  } else if (isPlainList(data)) {
    value = listValue(
      def,
      data.map((item) => valueFromPlain(item, def, secret, budget)),
    )
  } else {
    const keys = sortKeys(Object.keys(data))
    value = recordValue(
      def,
      keys.map((key) => [key, valueFromPlain(data[key]!, def, secret, budget)]),
    )
  }
  value.secret = secret || def.secret
  budget.leave()
  return value
}

/** A record value with the schema of its properties. */
export function recordValue(def: Expr, entries: readonly (readonly [string, Value])[]): Value {
  return new Value(def, recordSchema(entries.map(([key, value]) => [key, value.schema])), new Map(entries))
}

/** A list value with the schema of its elements. */
export function listValue(def: Expr, elements: readonly Value[]): Value {
  return new Value(def, tupleSchema(elements.map((element) => element.schema)), elements)
}

/**
 * Marks a whole answer secret (§8.1). The descent stops at what is secret already, whose parts keep their own flags, and
 * drops ignorance and origins on the way: results depend on both.
 */
export function deepSecret(exported: ExportedValue): ExportedValue {
  return { ...exported, secret: true, ...contentOf(exported) }
}

function contentOf({ value }: ExportedValue): Pick<ExportedValue, 'value'> {
  if (value === undefined || isScalar(value)) return value === undefined ? {} : { value }
  if (!isExportedRecord(value)) return { value: value.map(madeSecret) }
  const record: Record<string, ExportedValue> = Object.create(null)
  for (const key of Object.keys(value)) record[key] = madeSecret(value[key]!)
  return { value: record }
}

/** The trace of what comes from no text. */
export const noTrace: Trace = Object.freeze({ def: Object.freeze(rangeless('')) })

function madeSecret(exported: ExportedValue): ExportedValue {
  if (exported.secret) return exported
  if (exported.value === undefined) return { ...exported, secret: true }
  return { secret: true, trace: noTrace, ...contentOf(exported) }
}

function isScalar(data: unknown): data is Scalar {
  return data === null || typeof data !== 'object' || data instanceof NumberText
}

function isPlainList(data: PlainValue): data is readonly PlainValue[] {
  return Array.isArray(data)
}
