import type { Schema, SchemaObject } from '../schema/index.ts'
import { NumberText, type Scalar } from '../value/index.ts'
import { sortKeys } from './value.ts'

/** The schema of a record: exactly these properties, all required. */
export function recordSchema(properties: Iterable<readonly [string, Schema]>): SchemaObject {
  const record: Record<string, Schema> = Object.create(null)
  for (const [key, schema] of properties) record[key] = schema
  return closedRecord(record)
}

function closedRecord(properties: Record<string, Schema>): SchemaObject {
  const required = sortKeys(Object.keys(properties))
  if (required.length === 0) return { type: 'object' }
  return { properties, type: 'object', required }
}

/** The schema of a list with exactly these elements. */
export function tupleSchema(items: readonly Schema[]): SchemaObject {
  if (items.length === 0) return { items: false, type: 'array' }
  return { prefixItems: [...items], items: false, type: 'array' }
}

/** Any string. */
export const stringSchema: Schema = Object.freeze<SchemaObject>({ type: 'string' })
/** Only null. */
export const nullSchema: Schema = Object.freeze<SchemaObject>({ type: 'null' })

/** A list of any length. */
export function arraySchema(items: Schema): SchemaObject {
  return { items, type: 'array' }
}

/** The schema that only this scalar fits. */
export function constantSchema(value: Scalar): Schema {
  if (value === null) return nullSchema
  if (value instanceof NumberText) return { type: 'number', const: value }
  return typeof value === 'string' ? { type: 'string', const: value } : { type: 'boolean', const: value }
}

/**
 * The schema of a value laid over a base (language specification §5.3): records merge, all else hides what is below.
 * Keywords other than the properties are dropped.
 */
export function mergedSchema(base: Schema | null, top: Schema): Schema {
  if (typeof base !== 'object' || base === null || typeof top !== 'object') return top
  if (top.type !== 'object' || base.type !== 'object') return top
  // A record and the record that holds it are merged one after the other, and both ask for the same.
  const before = lastMerged.get(top)
  if (before !== undefined && before.base === base) return before.merged
  const merged = merge(base, top)
  lastMerged.set(top, { base, merged })
  return merged
}

const lastMerged = new WeakMap<SchemaObject, { readonly base: SchemaObject; readonly merged: Schema }>()

function merge(base: SchemaObject, top: SchemaObject): Schema {
  const properties: Record<string, Schema> = Object.create(null)
  for (const key of Object.keys(base.properties ?? {})) properties[key] = base.properties![key]!
  for (const key of Object.keys(top.properties ?? {})) {
    properties[key] = mergedSchema(properties[key] ?? null, top.properties![key]!)
  }
  const merged = closedRecord(properties)
  const additional =
    base.additionalProperties === undefined ? top.additionalProperties : mergedRest(base, top)
  if (additional !== undefined) merged.additionalProperties = additional
  return merged
}

function mergedRest(base: SchemaObject, top: SchemaObject): Schema | undefined {
  return top.additionalProperties === undefined ? base.additionalProperties : true
}
