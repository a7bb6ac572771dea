// The result model of the language specification (§11).
import { type Diagnostic, errorAt, type Range, rangeless } from '../../src/diag/index.ts'
import type { Environment, ExportedAccessor, ExportedExpr } from '../../src/eval/index.ts'
import { metaSchema, type Schema, schemaToJson } from '../../src/schema/index.ts'
import { type ExportedRecord, type ExportedValue, isExportedRecord } from '../../src/value/index.ts'
import type { EnvironmentEvaluator } from './evaluate.ts'
import { mergedSchema, record, tuple } from './merge.ts'
import type { Access, Expr, Kind, Value } from './model.ts'

const open = new Set<Value>()

/** §11.3. */
export function exportValue(value: Value, environment: string, diagnostics: Diagnostic[]): ExportedValue {
  if (value.exported !== null) return value.exported
  if (open.has(value)) {
    const { place } = value.def
    diagnostics.push(errorAt(place?.range ?? null, 'internal error: cyclic export', place?.path ?? ''))
    return { unknown: true, trace: { def: rangeless('') } }
  }
  open.add(value)
  const exported: Record<string, unknown> = {}
  const { repr } = value
  if (Array.isArray(repr)) exported['value'] = repr.map((item) => exportValue(item, environment, diagnostics))
  else if (repr instanceof Map) {
    const members: Record<string, ExportedValue> = Object.create(null)
    for (const key of value.keys()!) {
      members[key] = exportValue(value.property(value.def.place, key)!, environment, diagnostics)
    }
    exported['value'] = members
  } else if (repr !== null) exported['value'] = repr
  const trace: Record<string, unknown> = { def: rangeOf(value.def, environment) }
  if (value.base !== null) trace['base'] = exportValue(value.base, '<import>', diagnostics)
  if (value.secret) exported['secret'] = true
  if (value.unknown) exported['unknown'] = true
  exported['trace'] = trace
  open.delete(value)
  value.exported = exported as unknown as ExportedValue
  return value.exported
}

function rangeOf({ place }: Expr, environment: string): Range {
  return place?.range ?? rangeless(environment)
}

/** §11.1. */
export function environmentOf(e: EnvironmentEvaluator, value: Value): Environment {
  const filled = (exported: ExportedValue): ExportedRecord | undefined =>
    isExportedRecord(exported.value) && Object.keys(exported.value).length > 0 ? exported.value : undefined
  const environment: Record<string, unknown> = {}
  const properties = filled(exportValue(value, e.name, e.diagnostics))
  const context = filled(exportValue(e.context, e.name, e.diagnostics))
  environment['schema'] = schemaToJson(
    value.base === null ? value.schema : mergedSchema(value.base.schema, value.schema),
  )
  environment['executionContext'] = {
    ...(context === undefined ? {} : { properties: context }),
    schema: schemaToJson(e.context.schema),
  }
  if (properties !== undefined) environment['properties'] = properties
  const { kind } = e.root
  if (kind.is === 'object' && kind.own.size > 0) environment['exprs'] = members(kind.own, e.name)
  return environment as unknown as Environment
}

function members(of: Iterable<readonly [string, Expr]>, environment: string): Record<string, ExportedExpr> {
  const made: Record<string, ExportedExpr> = Object.create(null)
  for (const [key, expr] of of) made[key] = exportExpr(expr, environment)
  return made
}

type Draft = { -readonly [K in keyof ExportedExpr]: ExportedExpr[K] }

/** §11.4. */
export function exportExpr(expr: Expr, environment: string): ExportedExpr {
  const { kind } = expr
  const draft: Draft = { range: rangeOf(expr, environment), schema: schemaToJson(expr.schema) }
  if (expr.base !== null) draft.base = exportExpr(expr.base.def, environment)
  switch (kind.is) {
    case 'literal':
      if (kind.value !== null) draft.literal = kind.value
      break
    case 'missing':
      break
    case 'interpolation':
      draft.interpolate = kind.parts.map(({ text, access }) => ({
        ...(text === '' ? {} : { text }),
        ...(access === null ? {} : { value: accessors(access, environment) }),
      }))
      break
    case 'symbol':
      draft.symbol = accessors(kind.access, environment)
      break
    case 'array':
      if (kind.elements.length > 0)
        draft.list = kind.elements.map((element) => exportExpr(element, environment))
      break
    case 'object':
      if (kind.keyRanges.size > 0)
        draft.keyRanges = Object.assign(Object.create(null), Object.fromEntries(kind.keyRanges))
      if (kind.own.size > 0) draft.object = members(kind.own, environment)
      break
    case 'access':
      return exportAccess(draft, kind, environment)
    case 'call':
      draft.builtin = {
        name: kind.call.name,
        nameRange: kind.call.key.range,
        argSchema: schemaToJson(argumentSchema(kind)),
        arg: argument(kind, environment),
      }
  }
  return draft
}

function exportAccess(
  draft: Draft,
  { receiver, name }: Extract<Kind, { is: 'access' }>,
  environment: string,
): ExportedExpr {
  const accessor = { key: name, range: rangeless(environment) }
  const { def } = receiver
  if (def.kind.is !== 'access') {
    return { ...draft, access: { receiver: rangeOf(def, environment), accessors: [accessor] } }
  }
  const inner = exportExpr(def, environment)
  const { receiver: first, accessors } = inner.access!
  return { ...inner, access: { receiver: first, accessors: [...accessors, accessor] } }
}

function accessors({ access, reached }: Access, environment: string): ExportedAccessor[] {
  return access.accessors.map((accessor, i) => {
    const target = reached[i]
    const range = accessor.range ?? rangeless(environment)
    const value = target ? rangeOf(target, environment) : rangeless('')
    return accessor.kind === 'index'
      ? { index: Number(accessor.index), range, value }
      : { key: accessor.key, range, value }
  })
}

type CallKind = Extract<Kind, { is: 'call' }>

function argumentSchema({ call, inputs, state }: CallKind): Schema {
  const string: Schema = { type: 'string' }
  const listOf = (items: Schema): Schema => ({ items, type: 'array' })
  switch (call.builtin) {
    case 'fromBase64':
    case 'toBase64':
      return string
    case 'concat':
      return listOf(listOf(true))
    case 'join':
      return tuple([string, listOf(string)])
    case 'split':
      return tuple([string, string])
    case 'validate':
      return record([
        ['schema', metaSchema()],
        ['value', true],
      ])
    case 'open':
      return call.short
        ? inputs
        : record([
            ['inputs', inputs],
            ['provider', string],
          ])
    case 'rotate':
      return record(
        call.short
          ? [
              ['inputs', inputs],
              ['state', state],
            ]
          : [
              ['inputs', inputs],
              ['provider', string],
              ['state', state],
            ],
      )
    default:
      return true
  }
}

function argument({ call, args }: CallKind, environment: string): ExportedExpr {
  const whole = call.argument.syntax?.range ?? rangeless('')
  const object = members(args, environment)
  switch (call.builtin) {
    case 'join':
    case 'split':
      return { range: whole, list: [...args.values()].map((expr) => exportExpr(expr, environment)) }
    case 'validate':
      return { range: whole, object }
    case 'secret':
      return call.plaintext !== null ? object['plaintext']! : { range: whole, object }
    case 'open':
      return call.short ? object['inputs']! : { range: rangeless(''), object }
    case 'rotate': {
      const { provider: _, ...others } = object
      return { range: rangeless(''), object: call.short ? others : object }
    }
    default:
      return object['argument']!
  }
}
