import type { Schema, SchemaObject } from '../../src/schema/index.ts'
import {
  compareBytes,
  type ExportedValue,
  isExportedRecord,
  NumberText,
  type PlainValue,
} from '../../src/value/index.ts'
import { type Expr, type Repr, Value } from './model.ts'

/** §5.3. */
export function merge(v: Value, base: Value | null): void {
  if (base === null || same(v, base)) return
  if (v.base !== null) merge(v.base, base)
  else if (!chain(base).includes(v)) v.base = base
  if (v.repr instanceof Map) {
    for (const [key, child] of v.repr) merge(child, v.base?.property(child.def.place, key) ?? null)
  }
  v.schema = mergedSchema(v.base?.schema ?? null, v.schema)
}

function chain(from: Value): Value[] {
  const found: Value[] = []
  for (let at: Value | null = from; at !== null && !found.includes(at); at = at.base) found.push(at)
  return found
}

function same(a: Value, b: Value): boolean {
  if (a === b) return true
  const [x, y] = [a.def.kind, b.def.kind]
  if (!a.unknown || !b.unknown || x.is !== 'access' || y.is !== 'access') return false
  return x.name === y.name && same(x.receiver, y.receiver)
}

/** §5.3, the schema of what lies over a base. */
export function mergedSchema(base: Schema | null, top: Schema): Schema {
  if (base === null || typeof base === 'boolean' || typeof top === 'boolean') return top
  if (top.type !== 'object' || base.type !== 'object') return top
  const properties: Record<string, Schema> = Object.create(null)
  for (const [key, schema] of Object.entries(base.properties ?? {})) properties[key] = schema
  for (const [key, schema] of Object.entries(top.properties ?? {})) {
    properties[key] = mergedSchema(properties[key] ?? null, schema)
  }
  const merged: SchemaObject = {
    properties,
    type: 'object',
    required: Object.keys(properties).sort(compareBytes),
  }
  const rest =
    base.additionalProperties === undefined
      ? top.additionalProperties
      : top.additionalProperties === undefined
        ? base.additionalProperties
        : true
  if (rest !== undefined) merged.additionalProperties = rest
  return merged
}

/** §5.4. */
export function copy(value: Value, memo = new Map<Value, Value>()): Value {
  const known = memo.get(value)
  if (known !== undefined) return known
  const made = new Value(value.def, value.schema)
  memo.set(value, made)
  made.unknown = value.unknown
  made.secret = value.secret
  made.final = value.final
  if (Array.isArray(value.repr)) made.repr = value.repr.map((element) => copy(element, memo))
  else if (value.repr instanceof Map) {
    made.repr = new Map([...value.repr].map(([key, child]) => [key, copy(child, memo)]))
  } else made.repr = value.repr
  if (value.base !== null) made.base = copy(value.base, memo)
  return made
}

/** An object with exactly these properties. */
export function record(properties: Iterable<readonly [string, Schema]>): SchemaObject {
  const of: Record<string, Schema> = Object.create(null)
  for (const [key, schema] of properties) of[key] = schema
  return { properties: of, type: 'object', required: Object.keys(of).sort(compareBytes) }
}

/** A list with exactly these elements. */
export function tuple(items: Schema[]): SchemaObject {
  return { prefixItems: items, items: false, type: 'array' }
}

/** The schema of one scalar only. */
export function constant(value: null | boolean | NumberText | string): Schema {
  if (value === null) return { type: 'null' }
  if (value instanceof NumberText) return { type: 'number', const: value }
  return typeof value === 'string' ? { type: 'string', const: value } : { type: 'boolean', const: value }
}

/** A value of this content, its schema the precise one. */
export function containing(def: Expr, repr: Repr): Value {
  if (Array.isArray(repr)) return new Value(def, tuple(repr.map(({ schema }) => schema)), repr)
  if (repr instanceof Map)
    return new Value(def, record([...repr].map(([key, { schema }]) => [key, schema])), repr)
  return new Value(def, constant(repr), repr)
}

/** §8.1. */
export function unexport(exported: ExportedValue, def: Expr): Value {
  const data = exported.value
  let value: Value
  if (isExportedRecord(data)) {
    value = containing(def, new Map(Object.keys(data).map((key) => [key, unexport(data[key]!, def)])))
  } else if (Array.isArray(data))
    value = containing(
      def,
      data.map((item: ExportedValue) => unexport(item, def)),
    )
  else value = containing(def, (data ?? null) as null | boolean | NumberText | string)
  value.secret = exported.secret === true || def.secret
  value.unknown = exported.unknown === true
  return value
}

/** Decoded JSON as a value (§7.6, fromJSON). */
export function fromPlain(data: PlainValue, def: Expr, secret: boolean): Value {
  let value: Value
  if (Array.isArray(data))
    value = containing(
      def,
      data.map((item) => fromPlain(item, def, secret)),
    )
  else if (typeof data === 'object' && data !== null && !(data instanceof NumberText)) {
    const members = data as { readonly [key: string]: PlainValue }
    value = containing(
      def,
      new Map(Object.keys(members).map((key) => [key, fromPlain(members[key]!, def, secret)])),
    )
  } else value = containing(def, data as null | boolean | NumberText | string)
  value.secret = secret
  return value
}

const nowhere = {
  environment: '',
  begin: { line: 0, column: 0, byte: 0 },
  end: { line: 0, column: 0, byte: 0 },
}

/** §8.1, "make secret": the flagged value's children are converted. */
export function deepSecret(value: ExportedValue): ExportedValue {
  const children = (of: ExportedValue['value']): ExportedValue['value'] => {
    if (isExportedRecord(of)) {
      const made: Record<string, ExportedValue> = Object.create(null)
      for (const key of Object.keys(of)) made[key] = makeSecret(of[key]!)
      return made
    }
    return Array.isArray(of) ? of.map(makeSecret) : of
  }
  const makeSecret = (of: ExportedValue): ExportedValue => {
    if (of.secret) return of
    if (of.value === undefined) return { ...of, secret: true }
    return { secret: true, trace: { def: nowhere }, value: children(of.value)! }
  }
  return value.value === undefined ? value : { ...value, value: children(value.value)! }
}
