import {
  byteLength,
  compareBytes,
  NumberText,
  type PlainValue,
  quote,
  stringifyJson,
} from '../value/index.ts'
import { compareBinaryFloats, isMultipleOf, parseBinaryFloat } from './binary-float.ts'
import { compiledPartsOf } from './compile.ts'
import type { SchemaObject } from './model.ts'

/** The messages for a number (decimal text) that breaks the schema's rules, in the order of §10.4; empty = fits. */
export function checkNumber(schema: SchemaObject, text: string): string[] {
  const rules = compiledPartsOf(schema).numbers
  const value = parseBinaryFloat(text)
  const messages: string[] = []
  // A number that is none (`NaN`) breaks every rule it is held against.
  if (rules.multipleOf && (value === null || !isMultipleOf(value, rules.multipleOf))) {
    messages.push(`expected a multiple of ${schema.multipleOf}`)
  }
  if (rules.minimum && !(value && compareBinaryFloats(value, rules.minimum) >= 0)) {
    messages.push(`expected a number greater than or equal to ${schema.minimum}`)
  }
  if (rules.exclusiveMinimum && !(value && compareBinaryFloats(value, rules.exclusiveMinimum) > 0)) {
    messages.push(`expected a number greater than ${schema.exclusiveMinimum}`)
  }
  if (rules.maximum && !(value && compareBinaryFloats(value, rules.maximum) <= 0)) {
    // The words of the wire contract have no space here.
    messages.push(`expected a number less than or equal to${schema.maximum}`)
  }
  if (rules.exclusiveMaximum && !(value && compareBinaryFloats(value, rules.exclusiveMaximum) < 0)) {
    messages.push(`expected a number less than ${schema.exclusiveMaximum}`)
  }
  return messages
}

/** The messages for a string that breaks the schema's rules, in the order of §10.4. Lengths are in UTF-8 bytes. */
export function checkString(schema: SchemaObject, text: string): string[] {
  const { lengths, pattern } = compiledPartsOf(schema)
  const messages = checkBounds(byteLength(text), lengths.minLength, lengths.maxLength, (bound, n) =>
    bound === 'least'
      ? `expected a string of at least length ${n}`
      : `expected a string of at most length ${n}`,
  )
  if (pattern && !pattern.test(text)) messages.push(`string must match the pattern ${quote(pattern.source)}`)
  return messages
}

/** The messages for a list of `count` items. */
export function checkItemCount(schema: SchemaObject, count: number): string[] {
  const { minItems, maxItems } = compiledPartsOf(schema).lengths
  return checkBounds(count, minItems, maxItems, (bound, n) => `expected an array with at ${bound} ${n} items`)
}

/** The messages for an object of `count` properties. */
export function checkPropertyCount(schema: SchemaObject, count: number): string[] {
  const { minProperties, maxProperties } = compiledPartsOf(schema).lengths
  return checkBounds(
    count,
    minProperties,
    maxProperties,
    (bound, n) => `expected an object with at ${bound} ${n} properties`,
  )
}

/** The names that must be present and are not: `required` in its order, then what present names depend on. */
export function missingProperties(schema: SchemaObject, has: (name: string) => boolean): string[] {
  const names = [...(schema.required ?? [])]
  const dependent = schema.dependentRequired ?? {}
  for (const name of Object.keys(dependent).sort(compareBytes)) {
    if (has(name)) names.push(...dependent[name]!)
  }
  return names.filter((name) => !has(name))
}

/** `missing required properties: a, b`. */
export function missingMessage(names: readonly string[]): string {
  return `missing required properties: ${names.join(', ')}`
}

/** `expected <json>`. */
export function constMessage(value: PlainValue): string {
  return `expected ${stringifyJson(value)}`
}

/** `expected one of <json array>`; a single value prints like a constant. */
export function enumMessage(values: readonly PlainValue[]): string {
  return values.length === 1 ? constMessage(values[0]!) : `expected one of ${stringifyJson(values)}`
}

/** Whether two plain values are equal: numbers by their text, containers by their members (§10.4). */
export function equalConstants(a: PlainValue, b: PlainValue): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof NumberText || b instanceof NumberText) {
    return a instanceof NumberText && b instanceof NumberText && a.text === b.text
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, i) => equalConstants(item, b[i]))
  }
  return equalRecords(a as PlainRecord, b as PlainRecord)
}

type PlainRecord = { readonly [key: string]: PlainValue }

function equalRecords(a: PlainRecord, b: PlainRecord): boolean {
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && equalConstants(a[key]!, b[key]!))
}

function checkBounds(
  count: number,
  least: bigint | undefined,
  most: bigint | undefined,
  say: (bound: 'least' | 'most', limit: bigint) => string,
): string[] {
  const messages: string[] = []
  if (least !== undefined && BigInt(count) < least) messages.push(say('least', least))
  if (most !== undefined && BigInt(count) > most) messages.push(say('most', most))
  return messages
}
