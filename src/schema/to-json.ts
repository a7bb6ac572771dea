import { compareBytes } from '../value/index.ts'
import type { Schema, SchemaJson, SchemaObject } from './model.ts'
import { isAlwaysInDisguise } from './rotate-only.ts'

type Writer = (schema: SchemaObject) => unknown

const schemas = (list: Schema[] | undefined): unknown => (list?.length ? list.map(schemaToJson) : undefined)
const text = (value: string | undefined): unknown => (value ? value : undefined)
const list = (value: readonly unknown[] | undefined): unknown => (value?.length ? value : undefined)
const one = (schema: Schema | undefined): unknown => (schema === undefined ? undefined : schemaToJson(schema))
const flag = (value: boolean | undefined): unknown => (value ? true : undefined)

/** Every keyword in the order of §10.1 of the language specification, and how it is written. */
const members: readonly (readonly [string, Writer])[] = [
  ['$defs', (s) => byName(s.defs, schemaToJson)],
  ['$ref', (s) => text(s.ref)],
  ['anyOf', (s) => schemas(s.anyOf)],
  ['oneOf', (s) => schemas(s.oneOf)],
  ['prefixItems', (s) => schemas(s.prefixItems)],
  ['items', (s) => one(s.items)],
  ['additionalProperties', (s) => one(s.additionalProperties)],
  ['properties', (s) => byName(s.properties, schemaToJson)],
  ['type', (s) => s.type],
  ['const', (s) => s.const ?? undefined],
  ['enum', (s) => list(s.enum)],
  ['multipleOf', (s) => s.multipleOf],
  ['maximum', (s) => s.maximum],
  ['exclusiveMaximum', (s) => s.exclusiveMaximum],
  ['minimum', (s) => s.minimum],
  ['exclusiveMinimum', (s) => s.exclusiveMinimum],
  ['maxLength', (s) => s.maxLength],
  ['minLength', (s) => s.minLength],
  ['pattern', (s) => text(s.pattern)],
  ['maxItems', (s) => s.maxItems],
  ['minItems', (s) => s.minItems],
  ['uniqueItems', (s) => flag(s.uniqueItems)],
  ['maxProperties', (s) => s.maxProperties],
  ['minProperties', (s) => s.minProperties],
  ['required', (s) => list(s.required)],
  ['dependentRequired', (s) => byName(s.dependentRequired, (names) => names)],
  ['title', (s) => text(s.title)],
  ['description', (s) => text(s.description)],
  ['default', (s) => s.default ?? undefined],
  ['deprecated', (s) => flag(s.deprecated)],
  ['examples', (s) => list(s.examples)],
  ['secret', (s) => flag(s.secret)],
  ['rotateOnly', (s) => list(s.rotateOnly)],
]

/**
 * The JSON form of a schema (§10.1): members in the fixed order, empty ones left out, `type` always written.
 * Numbers stay `NumberText`; records have no prototype.
 */
export function schemaToJson(schema: Schema): SchemaJson {
  if (typeof schema === 'boolean') return schema
  if (isAlwaysInDisguise(schema)) return true
  const json: Record<string, unknown> = Object.create(null)
  for (const [name, write] of members) {
    const value = write(schema)
    if (value !== undefined) json[name] = value
  }
  return json
}

function byName<T>(record: Readonly<Record<string, T>> | undefined, write: (item: T) => unknown): unknown {
  const names = Object.keys(record ?? {})
  if (names.length === 0) return undefined
  const json: Record<string, unknown> = Object.create(null)
  for (const name of names.sort(compareBytes)) json[name] = write(record![name]!)
  return json
}
