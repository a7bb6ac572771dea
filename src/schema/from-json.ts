import { DecodeError, NumberText, type PlainValue } from '../value/index.ts'
import type { Schema, SchemaObject } from './model.ts'

type JsonRecord = { readonly [key: string]: PlainValue }
type Reader = (schema: SchemaObject, value: PlainValue, keyword: string) => void

const types = ['', 'null', 'boolean', 'number', 'string', 'array', 'object'] as const

/** How each keyword is read; keywords that are not here are passed over. `null` counts as absent. */
const readers = new Map<string, Reader>([
  ['$defs', (s, v, k) => void (s.defs = schemasByName(v, k))],
  ['$ref', (s, v, k) => void (s.ref = text(v, k))],
  ['anyOf', (s, v, k) => void (s.anyOf = list(v, k).map(schemaFromJson))],
  ['oneOf', (s, v, k) => void (s.oneOf = list(v, k).map(schemaFromJson))],
  ['prefixItems', (s, v, k) => void (s.prefixItems = list(v, k).map(schemaFromJson))],
  ['items', (s, v) => void (s.items = schemaFromJson(v))],
  ['additionalProperties', (s, v) => void (s.additionalProperties = schemaFromJson(v))],
  ['properties', (s, v, k) => void (s.properties = schemasByName(v, k))],
  ['type', (s, v, k) => void (s.type = typeName(v, k))],
  ['const', (s, v) => void (s.const = v)],
  ['enum', (s, v, k) => void (s.enum = list(v, k))],
  ['multipleOf', (s, v, k) => void (s.multipleOf = numberText(v, k))],
  ['maximum', (s, v, k) => void (s.maximum = numberText(v, k))],
  ['exclusiveMaximum', (s, v, k) => void (s.exclusiveMaximum = numberText(v, k))],
  ['minimum', (s, v, k) => void (s.minimum = numberText(v, k))],
  ['exclusiveMinimum', (s, v, k) => void (s.exclusiveMinimum = numberText(v, k))],
  ['maxLength', (s, v, k) => void (s.maxLength = numberText(v, k))],
  ['minLength', (s, v, k) => void (s.minLength = numberText(v, k))],
  ['pattern', (s, v, k) => void (s.pattern = text(v, k))],
  ['maxItems', (s, v, k) => void (s.maxItems = numberText(v, k))],
  ['minItems', (s, v, k) => void (s.minItems = numberText(v, k))],
  ['uniqueItems', (s, v, k) => void (s.uniqueItems = flag(v, k))],
  ['maxProperties', (s, v, k) => void (s.maxProperties = numberText(v, k))],
  ['minProperties', (s, v, k) => void (s.minProperties = numberText(v, k))],
  ['required', (s, v, k) => void (s.required = texts(v, k))],
  ['dependentRequired', (s, v, k) => void (s.dependentRequired = textsByName(v, k))],
  ['title', (s, v, k) => void (s.title = text(v, k))],
  ['description', (s, v, k) => void (s.description = text(v, k))],
  ['default', (s, v) => void (s.default = v)],
  ['deprecated', (s, v, k) => void (s.deprecated = flag(v, k))],
  ['examples', (s, v, k) => void (s.examples = list(v, k))],
  ['secret', (s, v, k) => void (s.secret = flag(v, k))],
  ['rotateOnly', (s, v, k) => void (s.rotateOnly = texts(v, k))],
])

/**
 * The schema that the JSON spells.
 *
 * @throws DecodeError naming the keyword, the shape wanted and the shape found
 */
export function schemaFromJson(json: PlainValue): Schema {
  if (typeof json === 'boolean') return json
  const schema: SchemaObject = { type: '' }
  for (const [keyword, value] of Object.entries(jsonRecord(json, 'schema'))) {
    if (value !== null) readers.get(keyword)?.(schema, value, keyword)
  }
  return schema
}

function mismatch(keyword: string, wanted: string, value: PlainValue): DecodeError {
  return new DecodeError(`${keyword} must be ${wanted}, got ${shapeOf(value)}`)
}

function shapeOf(value: PlainValue): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (value instanceof NumberText) return 'number'
  return typeof value
}

function jsonRecord(value: PlainValue, keyword: string): JsonRecord {
  if (typeof value !== 'object' || value === null || value instanceof NumberText || Array.isArray(value)) {
    throw mismatch(keyword, keyword === 'schema' ? 'a boolean or an object' : 'an object', value)
  }
  return value as JsonRecord
}

function text(value: PlainValue, keyword: string): string {
  if (typeof value !== 'string') throw mismatch(keyword, 'a string', value)
  return value
}

function flag(value: PlainValue, keyword: string): boolean {
  if (typeof value !== 'boolean') throw mismatch(keyword, 'a boolean', value)
  return value
}

function numberText(value: PlainValue, keyword: string): NumberText {
  if (!(value instanceof NumberText)) throw mismatch(keyword, 'a number', value)
  return value
}

function list(value: PlainValue, keyword: string): PlainValue[] {
  if (!Array.isArray(value)) throw mismatch(keyword, 'an array', value)
  return value
}

function texts(value: PlainValue, keyword: string): string[] {
  return list(value, keyword).map((item) => text(item, keyword))
}

function typeName(value: PlainValue, keyword: string): SchemaObject['type'] {
  const name = types.find((type) => type === value)
  if (name === undefined) throw mismatch(keyword, 'the name of a type', value)
  return name
}

function byName<T>(value: PlainValue, keyword: string, read: (item: PlainValue) => T): Record<string, T> {
  const record: Record<string, T> = Object.create(null)
  for (const [name, item] of Object.entries(jsonRecord(value, keyword))) record[name] = read(item)
  return record
}

function schemasByName(value: PlainValue, keyword: string): Record<string, Schema> {
  return byName(value, keyword, schemaFromJson)
}

function textsByName(value: PlainValue, keyword: string): Record<string, string[]> {
  return byName(value, keyword, (item) => texts(item, keyword))
}
