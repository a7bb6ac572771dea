import { compareBytes, type PlainValue } from '../value/index.ts'
import type { Schema, SchemaObject } from './model.ts'

/** Properties by name; may be an ordinary object literal, names are looked up as own members only. */
export type SchemaProperties = Readonly<Record<string, Schema>>

/** The schema that nothing fits. */
export const never: Schema = false
/** The schema that everything fits. */
export const always: Schema = true

/** A schema of one type with further keywords. Always a fresh object, since compiling leaves marks. */
export function typed(type: SchemaObject['type'], keywords: Partial<SchemaObject> = {}): SchemaObject {
  return { ...keywords, type }
}

/** The schema of null. */
export function nil(): SchemaObject {
  return { type: 'null' }
}

/** The schema of booleans. */
export function boolean(keywords: Partial<SchemaObject> = {}): SchemaObject {
  return typed('boolean', keywords)
}

/** The schema of numbers. */
export function number(keywords: Partial<SchemaObject> = {}): SchemaObject {
  return typed('number', keywords)
}

/** The schema of strings. */
export function string(keywords: Partial<SchemaObject> = {}): SchemaObject {
  return typed('string', keywords)
}

/** The schema of lists of any length. */
export function array(items: Schema): SchemaObject {
  return typed('array', { items })
}

/** The schema of lists with exactly these elements. */
export function tuple(items: readonly Schema[]): SchemaObject {
  return typed('array', { prefixItems: [...items], items: false })
}

/** The schema of objects with these properties, none required, no word on others. */
export function object(properties: SchemaProperties, keywords: Partial<SchemaObject> = {}): SchemaObject {
  return typed('object', { ...keywords, properties: copyOf(properties) })
}

/** The schema of objects with exactly these properties, all required. */
export function record(properties: SchemaProperties, keywords: Partial<SchemaObject> = {}): SchemaObject {
  return object(properties, { ...keywords, required: Object.keys(properties).sort(compareBytes) })
}

/** The schema of objects whose every property fits `values`. */
export function map(values: Schema): SchemaObject {
  return typed('object', { additionalProperties: values })
}

/** The schema that at least one member accepts. */
export function anyOf(members: readonly Schema[]): SchemaObject {
  return { anyOf: [...members], type: '' }
}

/** The schema that exactly one member accepts. */
export function oneOf(members: readonly Schema[]): SchemaObject {
  return { oneOf: [...members], type: '' }
}

/** A reference to a schema under `$defs` of the root. */
export function reference(name: string): SchemaObject {
  return { ref: `#/$defs/${name}`, type: '' }
}

/** A schema of any type that only this value fits. */
export function constant(value: PlainValue): SchemaObject {
  return { type: '', const: value }
}

function copyOf(properties: SchemaProperties): Record<string, Schema> {
  const copy: Record<string, Schema> = Object.create(null)
  for (const [name, schema] of Object.entries(properties)) copy[name] = schema
  return copy
}
