import { compareBytes } from '../value/index.ts'
import type { Schema, SchemaJson, SchemaObject } from './model.ts'
import { isAlwaysInDisguise } from './rotate-only.ts'

type Written = Map<SchemaObject, SchemaJson>
type Writer<T> = (value: T, written: Written) => unknown
type Keyword = {
  readonly [K in keyof SchemaObject]-?: readonly [string, K, Writer<NonNullable<SchemaObject[K]>>]
}[keyof SchemaObject]

const one: Writer<Schema> = (schema, written) => toJson(schema, written)
const schemas: Writer<readonly Schema[]> = (list, written) =>
  list.length > 0 ? list.map((schema) => toJson(schema, written)) : undefined
const named: Writer<Readonly<Record<string, Schema>>> = (record, written) =>
  byName(record, (schema) => toJson(schema, written))
const text = (value: string): unknown => value || undefined
const list = (value: readonly unknown[]): unknown => (value.length > 0 ? value : undefined)
const flag = (value: boolean): unknown => (value ? true : undefined)
const same = (value: unknown): unknown => value

/** Every keyword in the order of §10.1 of the language specification, and how it is written. */
const keywords: readonly Keyword[] = [
  ['$defs', 'defs', named],
  ['$ref', 'ref', text],
  ['anyOf', 'anyOf', schemas],
  ['oneOf', 'oneOf', schemas],
  ['prefixItems', 'prefixItems', schemas],
  ['items', 'items', one],
  ['additionalProperties', 'additionalProperties', one],
  ['properties', 'properties', named],
  ['type', 'type', same],
  ['const', 'const', same],
  ['enum', 'enum', list],
  ['multipleOf', 'multipleOf', same],
  ['maximum', 'maximum', same],
  ['exclusiveMaximum', 'exclusiveMaximum', same],
  ['minimum', 'minimum', same],
  ['exclusiveMinimum', 'exclusiveMinimum', same],
  ['maxLength', 'maxLength', same],
  ['minLength', 'minLength', same],
  ['pattern', 'pattern', text],
  ['maxItems', 'maxItems', same],
  ['minItems', 'minItems', same],
  ['uniqueItems', 'uniqueItems', flag],
  ['maxProperties', 'maxProperties', same],
  ['minProperties', 'minProperties', same],
  ['required', 'required', list],
  [
    'dependentRequired',
    'dependentRequired',
    (record: Readonly<Record<string, unknown>>) => byName(record, same),
  ],
  ['title', 'title', text],
  ['description', 'description', text],
  ['default', 'default', same],
  ['deprecated', 'deprecated', flag],
  ['examples', 'examples', list],
  ['secret', 'secret', flag],
  ['rotateOnly', 'rotateOnly', list],
]

const places: ReadonlyMap<string, number> = new Map(keywords.map(([, member], i) => [member, i]))

/**
 * The JSON form of a schema (§10.1): members in the fixed order, empty ones left out, `type` always written.
 * Numbers stay `NumberText`; records have no prototype. A schema that stands in several places is written once, also over several
 * calls with the same `written`.
 */
export function schemaToJson(schema: Schema, written: Map<SchemaObject, SchemaJson> = new Map()): SchemaJson {
  return toJson(schema, written)
}

function toJson(schema: Schema, written: Written): SchemaJson {
  if (typeof schema === 'boolean') return schema
  if (isAlwaysInDisguise(schema)) return true
  const known = written.get(schema)
  if (known !== undefined) return known
  // An ordinary object, since its members are keywords: one without a prototype is a hash table, five times as large.
  const json: Record<string, unknown> = {}
  for (const place of placesOf(schema)) {
    const [name, member, write] = keywords[place]!
    const value = schema[member] ?? undefined
    // The table pairs each member with a writer of its type.
    const text = value === undefined ? undefined : (write as Writer<unknown>)(value, written)
    if (text !== undefined) json[name] = text
  }
  written.set(schema, json)
  return json
}

/** The places in the table of the keywords that a schema has, in order: mostly two or three of thirty. */
function placesOf(schema: SchemaObject): readonly number[] {
  const found: number[] = []
  for (const member of Object.keys(schema)) {
    const place = places.get(member)
    if (place === undefined) continue
    // Put where it belongs: a sort of two numbers takes more memory than all else here.
    let at = found.length
    for (; at > 0 && found[at - 1]! > place; at--) found[at] = found[at - 1]!
    found[at] = place
  }
  return found
}

function byName<T>(record: Readonly<Record<string, T>> | undefined, write: (item: T) => unknown): unknown {
  const names = Object.keys(record ?? {})
  if (names.length === 0) return undefined
  const json: Record<string, unknown> = Object.create(null)
  for (const name of sorted(names)) json[name] = write(record![name]!)
  return json
}

/** The names by their bytes; most come in that order, and a look at each neighbour is cheaper than a sort. */
function sorted(names: string[]): readonly string[] {
  for (let i = 1; i < names.length; i++)
    if (compareBytes(names[i - 1]!, names[i]!) > 0) return names.sort(compareBytes)
  return names
}
