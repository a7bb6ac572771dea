import { type Diagnostic, errorAt } from '../../src/diag/index.ts'
import {
  checkItemCount,
  checkNumber,
  checkPropertyCount,
  checkString,
  compileSchema,
  referenceTarget,
  type Schema,
  type SchemaObject,
} from '../../src/schema/index.ts'
import { joinKey } from '../../src/syntax/index.ts'
import { compareBytes, NumberText, type PlainValue, stringifyJson } from '../../src/value/index.ts'
import type { Expr, Value } from './model.ts'

interface Blame {
  readonly expr: Expr
  readonly path: string
  readonly prefix: boolean
}

const at = (expr: Expr): Blame => ({ expr, path: '', prefix: false })

function index({ expr, path }: Blame, i: number): Blame {
  const element = expr.kind.is === 'array' ? expr.kind.elements[i] : undefined
  if (element !== undefined) return { expr: element, path: `[${i}]`, prefix: false }
  return { expr, path: `${path}[${i}]`, prefix: true }
}

function property({ expr, path }: Blame, key: string): Blame {
  const own = expr.kind.is === 'object' ? expr.kind.own.get(key) : undefined
  if (own !== undefined) return { expr: own, path: joinKey('', key), prefix: false }
  return { expr, path: joinKey(path, key), prefix: true }
}

function say(list: Diagnostic[], { expr, path, prefix }: Blame, message: string): false {
  const text = prefix ? `${path}: ${message}` : message
  list.push(errorAt(expr.place?.range ?? null, text, expr.place?.path ?? ''))
  return false
}

/** §10.4, from the top. */
export function validate(v: Value, accept: Schema, list: Diagnostic[]): boolean {
  const problem = compileSchema(accept)
  if (problem !== null) return say(list, at(v.def), `internal error: invalid schema: ${problem}`)
  return check(v, accept, list)
}

function check(v: Value, accept: Schema | undefined, list: Diagnostic[]): boolean {
  if (accept === undefined || accept === true) return true
  if (accept === false) return false
  const blame = at(v.def)
  if (v.unknown) return compare(v.schema, accept, blame, list, [])
  const rules = [
    () => referenceTarget(accept) === undefined || check(v, referenceTarget(accept), list),
    () => anyOf(accept.anyOf, (member, own) => check(v, member, own), blame, list),
    () => oneOf(v, accept, blame, list),
    () =>
      accept.const === undefined ||
      accept.const === null ||
      equal(v, accept.const) ||
      say(list, blame, `expected ${stringifyJson(accept.const)}`),
    () => inEnum(v, accept, blame, list),
    () => type(v, accept, blame, list),
  ]
  return rules.map((rule) => rule()).every((ok) => ok)
}

function anyOf(
  members: readonly Schema[] | undefined,
  matches: (member: Schema, list: Diagnostic[]) => boolean,
  blame: Blame,
  list: Diagnostic[],
): boolean {
  if (members === undefined || members.length === 0) return true
  const buffers = members.map((member) => {
    const own: Diagnostic[] = []
    return { ok: matches(member, own), own }
  })
  if (buffers.some(({ ok }) => ok)) return true
  for (const { own } of buffers) list.push(...own)
  return say(list, blame, 'at least one subschema must match')
}

function oneOf(v: Value, { oneOf: members = [] }: SchemaObject, blame: Blame, list: Diagnostic[]): boolean {
  if (members.length === 0) return true
  const buffers = members.map((member) => {
    const own: Diagnostic[] = []
    return { ok: check(v, member, own), own }
  })
  const matches = buffers.filter(({ ok }) => ok).length
  if (matches > 1) return say(list, blame, 'exactly one subschema may match')
  if (matches === 1) return true
  for (const { own } of buffers) list.push(...own)
  return say(list, blame, 'exactly one subschema must match')
}

function inEnum(v: Value, { enum: values = [] }: SchemaObject, blame: Blame, list: Diagnostic[]): boolean {
  if (values.length === 0 || values.some((value) => equal(v, value))) return true
  return say(
    list,
    blame,
    values.length === 1
      ? `expected ${stringifyJson(values[0]!)}`
      : `expected one of ${stringifyJson(values)}`,
  )
}

function equal({ repr }: Value, constant: PlainValue): boolean {
  if (repr instanceof NumberText) return constant instanceof NumberText && constant.text === repr.text
  if (Array.isArray(repr)) {
    return (
      Array.isArray(constant) &&
      constant.length === repr.length &&
      repr.every((item, i) => equal(item, constant[i]!))
    )
  }
  if (repr instanceof Map) {
    if (
      typeof constant !== 'object' ||
      constant === null ||
      Array.isArray(constant) ||
      constant instanceof NumberText
    )
      return false
    const members = constant as { readonly [key: string]: PlainValue }
    if (Object.keys(members).length !== repr.size) return false
    return [...repr].every(([key, child]) => Object.hasOwn(members, key) && equal(child, members[key]!))
  }
  return repr === constant
}

function typeName({ repr }: Value): string {
  if (repr === null) return 'null'
  if (Array.isArray(repr)) return 'array'
  if (repr instanceof Map) return 'object'
  return repr instanceof NumberText ? 'number' : typeof repr
}

function type(v: Value, accept: SchemaObject, blame: Blame, list: Diagnostic[]): boolean {
  const actual = typeName(v)
  if (accept.type !== '' && accept.type !== actual)
    return say(list, blame, `expected ${accept.type}, got ${actual}`)
  const { repr } = v
  const sayAll = (messages: readonly string[]) =>
    messages.map((message) => say(list, blame, message)).length === 0
  if (repr instanceof NumberText) return sayAll(checkNumber(accept, repr.text))
  if (typeof repr === 'string') return sayAll(checkString(accept, repr))
  if (Array.isArray(repr)) {
    const counted = sayAll(checkItemCount(accept, repr.length))
    return (
      repr.map((item, i) => check(item, accept.prefixItems?.[i] ?? accept.items, list)).every((ok) => ok) &&
      counted
    )
  }
  if (!(repr instanceof Map)) return true
  const keys = v.keys()!
  const counted = sayAll(checkPropertyCount(accept, keys.length))
  const own = (name: string) =>
    Object.hasOwn(accept.properties ?? {}, name) ? accept.properties![name] : accept.additionalProperties
  const fit = keys.map((key) => check(v.property(null, key)!, own(key), list)).every((ok) => ok)
  const missing = (accept.required ?? []).filter((name) => !keys.includes(name))
  for (const name of Object.keys(accept.dependentRequired ?? {}).sort(compareBytes)) {
    if (keys.includes(name))
      missing.push(...accept.dependentRequired![name]!.filter((other) => !keys.includes(other)))
  }
  if (missing.length > 0) return say(list, blame, `missing required properties: ${missing.join(', ')}`)
  return fit && counted
}

/** §10.5. `open` are the pairs under way: a recursive schema that meets itself has nothing new to say. */
function compare(
  x: Schema | undefined,
  accept: Schema | undefined,
  blame: Blame,
  list: Diagnostic[],
  open: readonly (readonly [Schema, Schema])[],
): boolean {
  if (accept === undefined || accept === true) return true
  if (accept === false) return false
  if (x === undefined || x === true) return true
  if (x === false) return false
  if (open.some(([a, b]) => a === x && b === accept)) return true
  const deeper = [...open, [x, accept] as const]
  const sub = (a: Schema | undefined, b: Schema | undefined, where: Blame, into: Diagnostic[]) =>
    compare(a, b, where, into, deeper)
  const rules = [
    () => referenceTarget(accept) === undefined || sub(x, referenceTarget(accept), blame, list),
    () => referenceTarget(x) === undefined || sub(referenceTarget(x), accept, blame, list),
    () => anyOf(x.anyOf, (member, own) => sub(member, accept, blame, own), blame, list),
    () => anyOf(x.oneOf, (member, own) => sub(member, accept, blame, own), blame, list),
    () =>
      accept.type === '' ||
      x.type === '' ||
      accept.type === x.type ||
      say(list, blame, `expected ${accept.type}, got ${x.type}`),
    () => anyOf(accept.anyOf, (member, own) => sub(x, member, blame, own), blame, list),
    () => anyOf(accept.oneOf, (member, own) => sub(x, member, blame, own), blame, list),
    () => x.type !== 'array' || compareItems(x, accept, blame, list, sub),
    () => x.type !== 'object' || compareProperties(x, accept, blame, list, sub),
  ]
  return rules.map((rule) => rule()).every((ok) => ok)
}

type Sub = (a: Schema | undefined, b: Schema | undefined, where: Blame, into: Diagnostic[]) => boolean

function compareItems(
  x: SchemaObject,
  accept: SchemaObject,
  blame: Blame,
  list: Diagnostic[],
  sub: Sub,
): boolean {
  const [ours, theirs] = [x.prefixItems ?? [], accept.prefixItems ?? []]
  const results: boolean[] = []
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    results.push(
      sub(
        i < ours.length ? ours[i] : x.items,
        i < theirs.length ? theirs[i] : accept.items,
        index(blame, i),
        list,
      ),
    )
  }
  if (x.items !== undefined && x.items !== false) results.push(sub(x.items, accept.items, blame, list))
  return results.every((ok) => ok)
}

function compareProperties(
  x: SchemaObject,
  accept: SchemaObject,
  blame: Blame,
  list: Diagnostic[],
  sub: Sub,
): boolean {
  const results: boolean[] = []
  const wanted = (name: string) =>
    Object.hasOwn(accept.properties ?? {}, name) ? accept.properties![name] : accept.additionalProperties
  for (const name of Object.keys(x.properties ?? {}).sort(compareBytes)) {
    results.push(sub(x.properties![name], wanted(name), property(blame, name), list))
  }
  if (x.additionalProperties === undefined) {
    const sure = x.required ?? []
    const names = [
      ...(accept.required ?? []),
      ...sure.flatMap((name) => accept.dependentRequired?.[name] ?? []),
    ]
    for (const name of names) {
      if (!sure.includes(name)) results.push(say(list, property(blame, name), 'missing required property'))
    }
  } else if (x.additionalProperties !== false) {
    results.push(sub(x.additionalProperties, accept.additionalProperties, blame, list))
  }
  return results.every((ok) => ok)
}
