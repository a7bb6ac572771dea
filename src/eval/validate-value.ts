import { type Diagnostic, errorAt } from '../diag/index.ts'
import {
  checkItemCount,
  checkNumber,
  checkPropertyCount,
  checkString,
  compileSchema,
  constMessage,
  enumMessage,
  missingMessage,
  missingProperties,
  referenceTarget,
  type Schema,
  type SchemaObject,
} from '../schema/index.ts'
import { NumberText, type PlainValue } from '../value/index.ts'
import { Blame } from './blame.ts'
import { compareSchemas } from './compare-schemas.ts'
import type { Budget } from './limits.ts'
import { isList, isRecord, type Value } from './value.ts'

/** Where a validation reports to, and what it may spend: schemas may refer to themselves. */
export interface Run {
  readonly diagnostics: Diagnostic[]
  readonly budget: Budget
}

/**
 * Holds a value against a schema (language specification §10.4). Faults go to `run.diagnostics`, in the order of the rules; a
 * schema that nothing fits refuses without a word. Unknown values are compared by their schemas (§10.5).
 */
export function validateValue(value: Value, accept: Schema, run: Run): boolean {
  const blame = new Blame(value.def)
  const problem = compileSchema(accept)
  if (problem !== null) {
    report(run.diagnostics, blame, `internal error: invalid schema: ${problem}`)
    return false
  }
  return check(value, accept, blame, run)
}

/** Adds an error at the blamed expression. */
export function report(diagnostics: Diagnostic[], blame: Blame, text: string): void {
  const { place } = blame
  diagnostics.push(errorAt(place?.range ?? null, blame.message(text), place?.path ?? ''))
}

function check(value: Value, accept: Schema | undefined, blame: Blame, run: Run): boolean {
  if (accept === undefined || accept === true) return true
  if (accept === false) return false
  run.budget.enter()
  run.budget.step()
  const ok = checkRules(value, accept, blame, run)
  run.budget.leave()
  return ok
}

function checkRules(value: Value, accept: SchemaObject, blame: Blame, run: Run): boolean {
  if (value.unknown) return compareSchemas(value.schema, accept, blame, run)
  let ok = true
  const target = referenceTarget(accept)
  if (target !== undefined) ok = check(value, target, blame, run) && ok
  if (accept.anyOf?.length) ok = checkAnyOf(value, accept.anyOf, blame, run) && ok
  if (accept.oneOf?.length) ok = checkOneOf(value, accept.oneOf, blame, run) && ok
  if (accept.const !== undefined && accept.const !== null && !equals(value, accept.const)) {
    report(run.diagnostics, blame, constMessage(accept.const))
    ok = false
  }
  if (accept.enum?.length && !accept.enum.some((constant) => equals(value, constant))) {
    report(run.diagnostics, blame, enumMessage(accept.enum))
    ok = false
  }
  return checkType(value, accept, blame, run) && ok
}

function checkAnyOf(value: Value, members: readonly Schema[], blame: Blame, run: Run): boolean {
  const faults: Diagnostic[] = []
  for (const member of members) {
    const own = { ...run, diagnostics: [] as Diagnostic[] }
    if (check(value, member, blame, own)) return true
    faults.push(...own.diagnostics)
  }
  run.diagnostics.push(...faults)
  report(run.diagnostics, blame, 'at least one subschema must match')
  return false
}

function checkOneOf(value: Value, members: readonly Schema[], blame: Blame, run: Run): boolean {
  const faults: Diagnostic[] = []
  let matches = 0
  for (const member of members) {
    const own = { ...run, diagnostics: [] as Diagnostic[] }
    if (!check(value, member, blame, own)) {
      faults.push(...own.diagnostics)
      continue
    }
    matches += 1
    if (matches < 2) continue
    report(run.diagnostics, blame, 'exactly one subschema may match')
    return false
  }
  if (matches === 1) return true
  run.diagnostics.push(...faults)
  report(run.diagnostics, blame, 'exactly one subschema must match')
  return false
}

function checkType(value: Value, accept: SchemaObject, blame: Blame, run: Run): boolean {
  const actual = typeOf(value)
  if (accept.type !== '' && accept.type !== actual) {
    report(run.diagnostics, blame, `expected ${accept.type}, got ${actual}`)
    return false
  }
  const { content } = value
  const before = run.diagnostics.length
  let ok = true
  if (content instanceof NumberText) {
    for (const text of checkNumber(accept, content.text)) report(run.diagnostics, blame, text)
  } else if (typeof content === 'string') {
    if (accept.pattern) run.budget.step(patternSteps(accept.pattern, content))
    for (const text of checkString(accept, content)) report(run.diagnostics, blame, text)
  } else if (isList(content)) {
    ok = checkItems(content, accept, blame, run)
  } else if (isRecord(content)) {
    ok = checkProperties(value, accept, blame, run)
  }
  return ok && run.diagnostics.length === before
}

/** What looking for a pattern is worth: it takes time with the length of the text, and with that of the pattern. */
function patternSteps(pattern: string, text: string): number {
  return Math.ceil(text.length / 32) * Math.ceil(pattern.length / 64)
}

function checkItems(items: readonly Value[], accept: SchemaObject, blame: Blame, run: Run): boolean {
  const counts = checkItemCount(accept, items.length)
  for (const text of counts) report(run.diagnostics, blame, text)
  let ok = counts.length === 0
  for (const [i, item] of items.entries()) {
    // What is inside a container is blamed at its own origin.
    ok = check(item, accept.prefixItems?.[i] ?? accept.items, new Blame(item.def), run) && ok
  }
  return ok
}

function checkProperties(value: Value, accept: SchemaObject, blame: Blame, run: Run): boolean {
  const keys = value.keys() ?? []
  const counts = checkPropertyCount(accept, keys.length)
  for (const text of counts) report(run.diagnostics, blame, text)
  let ok = counts.length === 0
  for (const key of keys) {
    const property = value.property(null, key)
    if (property === null) continue
    const schema = ownProperty(accept, key) ?? accept.additionalProperties
    ok = check(property, schema, new Blame(property.def), run) && ok
  }
  const present = new Set(keys)
  const missing = missingProperties(accept, (name) => present.has(name))
  if (missing.length > 0) {
    report(run.diagnostics, blame, missingMessage(missing))
    ok = false
  }
  return ok
}

function ownProperty({ properties }: SchemaObject, key: string): Schema | undefined {
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined
}

/** The type name of a value's content, as schemas spell it. */
export function typeOf({ content }: Value): Exclude<SchemaObject['type'], ''> {
  if (content === null) return 'null'
  if (typeof content === 'boolean') return 'boolean'
  if (typeof content === 'string') return 'string'
  if (content instanceof NumberText) return 'number'
  return isList(content) ? 'array' : 'object'
}

/** Deep equality with a constant: numbers by their text, records by their own entries only. */
function equals({ content }: Value, constant: PlainValue): boolean {
  if (content instanceof NumberText) return constant instanceof NumberText && constant.text === content.text
  if (isList(content)) {
    if (!Array.isArray(constant) || constant.length !== content.length) return false
    return content.every((item, i) => equals(item, constant[i]))
  }
  if (!isRecord(content)) return content === constant
  if (typeof constant !== 'object' || constant === null || Array.isArray(constant)) return false
  if (constant instanceof NumberText || Object.keys(constant).length !== content.size) return false
  const record = constant as { readonly [key: string]: PlainValue }
  return [...content].every(([key, child]) => Object.hasOwn(record, key) && equals(child, record[key]!))
}
