import { type Range, rangeless } from '../diag/index.ts'
import { type Schema, type SchemaJson, type SchemaObject, schemaToJson } from '../schema/index.ts'
import type { ArgumentView } from './builtins/builtin.ts'
import type { ExportedAccessor, ExportedExpr } from './evaluation.ts'
import { rangeOf } from './exporter.ts'
import type { Access, Body, CallBody, Expr, TextPart } from './expr.ts'

type Draft = { -readonly [K in keyof ExportedExpr]: ExportedExpr[K] }

/** Turns expressions into the plain data that leaves the evaluator (language specification §11.4). */
export class ExpressionExporter {
  readonly #environment: string
  readonly #done = new Map<Expr, ExportedExpr>()
  readonly #schemas = new Map<SchemaObject, SchemaJson>()

  /** `environment` is the root's name: it stands in the ranges of what has no place in a text. */
  constructor(environment: string) {
    this.#environment = environment
  }

  expression(expr: Expr): ExportedExpr {
    const known = this.#done.get(expr)
    if (known !== undefined) return known
    const draft: Draft = { range: rangeOf(expr, this.#environment), schema: this.schema(expr.schema) }
    this.#done.set(expr, draft)
    if (expr.base !== null) draft.base = this.expression(expr.base.def)
    this.#body(expr.body, draft)
    return Object.freeze(draft)
  }

  schema(schema: Schema): SchemaJson {
    return schemaToJson(schema, this.#schemas)
  }

  #body(body: Body, draft: Draft): void {
    switch (body.kind) {
      case 'literal':
        if (body.value !== null) draft.literal = body.value
        break
      case 'missing':
        break
      case 'interpolation':
        draft.interpolate = Object.freeze(body.parts.map((part) => this.#part(part)))
        break
      case 'symbol':
        draft.symbol = this.#accessors(body.access)
        break
      case 'array':
        if (body.elements.length > 0)
          draft.list = Object.freeze(body.elements.map((element) => this.expression(element)))
        break
      case 'object':
        if (body.keyRanges.size > 0) draft.keyRanges = recordOf(body.keyRanges)
        if (body.properties.size > 0) draft.object = this.#record(body.properties)
        break
      case 'access':
        this.#access(body, draft)
        break
      case 'call':
        draft.builtin = this.#call(body)
        break
    }
  }

  #part({ text, access }: TextPart): {
    readonly text?: string
    readonly value?: readonly ExportedAccessor[]
  } {
    const part: { text?: string; value?: readonly ExportedAccessor[] } = {}
    if (text !== '') part.text = text
    if (access !== null) part.value = this.#accessors(access)
    return part
  }

  #accessors({ accessors, reached }: Access): readonly ExportedAccessor[] {
    return accessors.map((accessor, i) => {
      const target = reached[i] ?? null
      const range = accessor.range ?? rangeless(this.#environment)
      const value = target === null ? rangeless('') : rangeOf(target, this.#environment)
      return accessor.kind === 'index'
        ? { index: Number(accessor.index), range, value }
        : { key: accessor.key, range, value }
    })
  }

  /** A late property of an unknown base. A chain of them is the innermost one with more accessors. */
  #access(body: Extract<Body, { kind: 'access' }>, draft: Draft): void {
    const { receiver, name } = body
    const accessor = { key: name, range: rangeless(this.#environment) }
    if (receiver.def.body.kind !== 'access') {
      draft.access = { receiver: rangeOf(receiver.def, this.#environment), accessors: [accessor] }
      return
    }
    const inner = this.expression(receiver.def)
    draft.range = inner.range
    if (inner.schema !== undefined) draft.schema = inner.schema
    delete draft.base
    if (inner.base !== undefined) draft.base = inner.base
    const access = inner.access!
    draft.access = { receiver: access.receiver, accessors: [...access.accessors, accessor] }
  }

  #call(body: CallBody): NonNullable<ExportedExpr['builtin']> {
    const { call, builtin } = body
    return {
      name: call.name,
      nameRange: call.key.range,
      argSchema: this.schema(builtin.argumentSchema(body)),
      arg: this.#argument(builtin.argument(body)),
    }
  }

  #argument(view: ArgumentView): ExportedExpr {
    if (view.kind === 'expression') return this.expression(view.expr)
    const range: Range = view.range ?? rangeless('')
    if (view.kind === 'list') return { range, list: view.items.map((item) => this.expression(item)) }
    return { range, object: this.#record(view.members) }
  }

  #record(members: Iterable<readonly [string, Expr]>): { readonly [key: string]: ExportedExpr } {
    const record: { [key: string]: ExportedExpr } = Object.create(null)
    for (const [key, expr] of members) record[key] = this.expression(expr)
    return record
  }
}

function recordOf(ranges: ReadonlyMap<string, Range>): { readonly [key: string]: Range } {
  const record: { [key: string]: Range } = Object.create(null)
  for (const [key, range] of ranges) record[key] = range
  return record
}
