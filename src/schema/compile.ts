import { compareBytes, type NumberText, quote } from '../value/index.ts'
import { type BinaryFloat, parseBinaryFloat } from './binary-float.ts'
import type { Schema, SchemaObject } from './model.ts'
import { compilePattern, type Pattern } from './pattern.ts'
import { rotateOnlyCopy } from './rotate-only.ts'
import { SchemaError } from './schema-error.ts'

/** What compiling adds to a schema: its reference's target, and its keywords ready for use. */
export interface CompiledSchema {
  /** What `$ref` points to; absent without a `$ref`. */
  ref?: Schema
  numbers: Partial<Record<NumberKeyword, BinaryFloat>>
  lengths: Partial<Record<LengthKeyword, bigint>>
  pattern?: Pattern
}

const numberKeywords = ['multipleOf', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum'] as const
const lengthKeywords = [
  'maxLength',
  'minLength',
  'maxItems',
  'minItems',
  'maxProperties',
  'minProperties',
] as const

type NumberKeyword = (typeof numberKeywords)[number]
type LengthKeyword = (typeof lengthKeywords)[number]

const compiled = new WeakMap<SchemaObject, CompiledSchema>()
const failed = new WeakMap<SchemaObject, string>()
const nothing: CompiledSchema = Object.freeze({ numbers: {}, lengths: {} })

/**
 * Makes a schema ready for checking (§10.2), once: resolves references against it, parses numbers and patterns,
 * and marks what `rotateOnly` lists (the listed properties are replaced by marked copies).
 *
 * @returns `null`, or the problem: a bad reference, length or pattern
 */
export function compileSchema(schema: Schema): string | null {
  if (typeof schema === 'boolean') return null
  const known = failed.get(schema)
  if (known !== undefined) return known
  try {
    compileNode(schema, schema)
    return null
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error
    failed.set(schema, error.message)
    return error.message
  }
}

/** What compiling found for this schema; empty for one that was never compiled. */
export function compiledPartsOf(schema: SchemaObject): CompiledSchema {
  return compiled.get(schema) ?? nothing
}

/** The schema that `$ref` points to, or `undefined` without one. References never compiled point nowhere. */
export function referenceTarget(schema: SchemaObject): Schema | undefined {
  return compiled.get(schema)?.ref
}

function compileNode(schema: Schema | undefined, root: SchemaObject): void {
  if (schema === undefined || typeof schema === 'boolean' || compiled.has(schema)) return
  const parts: CompiledSchema = { numbers: {}, lengths: {} }
  compiled.set(schema, parts)
  try {
    if (schema.ref) {
      parts.ref = resolve(schema.ref, root)
      compileNode(parts.ref, root)
    }
    for (const child of childrenOf(schema)) compileNode(child, root)
    pushRotateOnly(schema)
    parseKeywords(schema, parts)
  } catch (error) {
    // A schema with a problem stays uncompiled, so that its next use reports the problem again.
    compiled.delete(schema)
    throw error
  }
}

function childrenOf(schema: SchemaObject): (Schema | undefined)[] {
  const properties = schema.properties ?? {}
  return [
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(schema.prefixItems ?? []),
    schema.items,
    schema.additionalProperties,
    ...Object.keys(properties)
      .sort(compareBytes)
      .map((name) => properties[name]),
  ]
}

function resolve(ref: string, root: SchemaObject): Schema {
  const match = /^#\/\$defs\/([^/]*)$/.exec(ref)
  const name = match && percentDecoded(match[1]!)
  if (name === null) throw new SchemaError('only fragment references of the form #/$defs/ref are supported')
  const definitions = root.defs ?? {}
  if (!Object.hasOwn(definitions, name)) throw new SchemaError(`unknown subschema ${ref}`)
  return definitions[name]!
}

function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function pushRotateOnly(schema: SchemaObject): void {
  for (const name of schema.rotateOnly ?? []) {
    const properties = schema.properties
    if (properties === undefined || !Object.hasOwn(properties, name)) continue
    properties[name] = rotateOnlyCopy(properties[name]!, (original, copy, again) => {
      const parts = compiledPartsOf(original)
      compiled.set(copy, parts.ref === undefined ? parts : { ...parts, ref: again(parts.ref) })
    })
  }
}

function parseKeywords(schema: SchemaObject, parts: CompiledSchema): void {
  for (const keyword of numberKeywords) {
    const value = schema[keyword]
    if (value !== undefined) parts.numbers[keyword] = number(value)
  }
  for (const keyword of lengthKeywords) {
    const value = schema[keyword]
    if (value !== undefined) parts.lengths[keyword] = length(value)
  }
  if (schema.pattern) parts.pattern = compilePattern(schema.pattern)
}

function number(value: NumberText): BinaryFloat {
  const parsed = parseBinaryFloat(value.text)
  if (parsed === null) throw new SchemaError(`parsing ${quote(value.text)}: invalid number`)
  return parsed
}

function length(value: NumberText): bigint {
  const problem = `strconv.ParseUint: parsing ${quote(value.text)}`
  if (!/^[0-9]+$/.test(value.text)) throw new SchemaError(`${problem}: invalid syntax`)
  const parsed = BigInt(value.text)
  if (parsed >= 1n << 64n) throw new SchemaError(`${problem}: value out of range`)
  return parsed
}
