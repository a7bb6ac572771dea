// The evaluator that the language specification describes (§6, §7), one thing after another.
import { type Diagnostic, errorAt, hasErrors, warningAt } from '../../src/diag/index.ts'
import type { Environment, Evaluation, EvaluationHost, Patch } from '../../src/eval/index.ts'
import { type Definition, type Expression, loadDefinition } from '../../src/expr/index.ts'
import { isRotateOnly, itemSchema, propertySchema, type Schema } from '../../src/schema/index.ts'
import { joinKey } from '../../src/syntax/index.ts'
import {
  compareBytes,
  type ExportedValue,
  formatPropertyPath,
  NumberText,
  parsePropertyPath,
  quote,
  rejoinUtf8,
} from '../../src/value/index.ts'
import { argumentsOf, call, declaredSchema } from './builtins.ts'
import { environmentOf, exportValue } from './export.ts'
import { constant, containing, copy, merge, unexport } from './merge.ts'
import { type Access, Expr, type Kind, type Place, placeholder, placeOf, unknown, Value } from './model.ts'
import { follow } from './reference.ts'
import { validate } from './validate.ts'

/** How the evaluation was asked for (§5.1). */
export interface Modes {
  readonly validating: boolean
  readonly rotating: boolean
  readonly showSecrets: boolean
  readonly paths: readonly string[]
}

/** What one evaluation shares between its environments. */
export interface Shared {
  readonly host: EvaluationHost
  readonly modes: Modes
  readonly imports: Map<string, Value | 'evaluating'>
  readonly patches: Patch[]
  readonly rotations: { path: string; status: string; diagnostics: readonly Diagnostic[] }[]
}

/** Check, Eval or Rotate of a root environment. */
export async function evaluatePlainly(
  name: string,
  definition: Definition | null,
  host: EvaluationHost,
  modes: Modes,
): Promise<Evaluation> {
  const shared: Shared = { host, modes, imports: new Map(), patches: [], rotations: [] }
  if (
    definition === null ||
    ((definition.values ?? []).length === 0 && (definition.imports ?? []).length === 0)
  ) {
    return { environment: null, diagnostics: [], patches: [], rotations: [] }
  }
  const e = new EnvironmentEvaluator(shared, name, definition, host.crypter, true, name)
  const value = await e.evaluate()
  const environment: Environment = environmentOf(e, value)
  return {
    environment,
    diagnostics: e.diagnostics,
    patches: shared.patches,
    rotations: shared.rotations as unknown as Evaluation['rotations'],
  }
}

/** One environment being evaluated (§6). */
export class EnvironmentEvaluator {
  readonly diagnostics: Diagnostic[] = []
  readonly shared: Shared
  readonly name: string
  readonly definition: Definition
  readonly crypter: EvaluationHost['crypter']
  readonly isRoot: boolean
  readonly rootName: string
  readonly modes: Modes
  readonly context: Value
  myImports: Value
  root: Expr

  constructor(
    shared: Shared,
    name: string,
    definition: Definition,
    crypter: EvaluationHost['crypter'],
    isRoot: boolean,
    inheritedRoot: string,
  ) {
    this.shared = shared
    this.name = name
    this.definition = definition
    this.crypter = crypter
    this.isRoot = isRoot
    this.rootName = inheritedRoot === '' || inheritedRoot === '<yaml>' ? name : inheritedRoot
    this.modes = isRoot ? shared.modes : { ...shared.modes, rotating: false }
    const trace = {
      def: { environment: '', begin: { line: 0, column: 0, byte: 0 }, end: { line: 0, column: 0, byte: 0 } },
    }
    const named = (text: string): ExportedValue => ({
      value: Object.assign(Object.create(null), { name: { value: text, trace } }),
      trace,
    })
    const values = {
      ...shared.host.context,
      currentEnvironment: named(name),
      rootEnvironment: named(this.rootName),
    }
    this.context = unexport({ value: sorted(values), trace }, placeholder(null))
    this.myImports = containing(placeholder(null), new Map())
    this.root = placeholder(null)
  }

  error(place: Place, message: string): void {
    this.diagnostics.push(errorAt(place?.range ?? null, message, place?.path ?? ''))
  }

  async evaluate(): Promise<Value> {
    if (this.isRoot) this.shared.imports.set(this.name, 'evaluating')
    let base: Value | null = null
    const mine = new Map<string, Value>()
    for (const { name, merge: merges } of this.definition.imports ?? []) {
      if (name === null) continue
      const value = await this.evaluateImport(name, name.value)
      if (value === null) continue
      mine.set(name.value, value)
      if (!merges) continue
      const c = copy(value)
      merge(c, base)
      base = c
    }
    this.myImports = containing(placeholder(null), mine)
    const own = new Map<string, Expr>()
    const keyRanges = new Map()
    for (const { key, value } of this.definition.values ?? []) {
      if (['imports', 'context', 'environments'].includes(key.value))
        this.error(key, `${quote(key.value)} is a reserved key`)
      else if (own.has(key.value)) this.error(key, `duplicate key ${quote(key.value)}`)
      else own.set(key.value, this.declare(key.value, value, base?.property(key, key.value) ?? null))
    }
    this.root = new Expr(this.name, null, { is: 'object', own, keyRanges }, base, openObject)
    return this.evaluateExpr(this.root, true)
  }

  async evaluateImport(place: Place, name: string): Promise<Value | null> {
    const known = this.shared.imports.get(name)
    if (known === 'evaluating') {
      this.error(place, `cyclic import of ${name}`)
      return null
    }
    if (known !== undefined) return known
    let loaded: Awaited<ReturnType<EvaluationHost['loader']['load']>>
    try {
      loaded = await this.shared.host.loader.load(name)
    } catch (error) {
      this.error(place, (error as Error).message)
      return null
    }
    const { definition, diagnostics } = loadDefinition(name, loaded.source)
    this.diagnostics.push(...diagnostics)
    if (definition === null || hasErrors(diagnostics)) return null
    this.shared.imports.set(name, 'evaluating')
    const child = new EnvironmentEvaluator(
      this.shared,
      name,
      definition,
      loaded.crypter,
      false,
      this.rootName,
    )
    const value = await child.evaluate()
    this.diagnostics.push(...child.diagnostics)
    this.shared.imports.set(name, value)
    return value
  }

  /** §6.2. */
  declare(path: string, expression: Expression | null, base: Value | null): Expr {
    if (expression === null) return new Expr(path, null, { is: 'missing' }, base, true)
    const place = placeOf(expression)
    switch (expression.kind) {
      case 'null':
        return new Expr(path, place, { is: 'literal', value: null }, base, constant(null))
      case 'boolean':
      case 'number':
      case 'string':
        return new Expr(
          path,
          place,
          { is: 'literal', value: expression.value },
          base,
          constant(expression.value),
        )
      case 'interpolation': {
        const parts = expression.parts.map(({ text, access }) => ({ text, access: access && fresh(access) }))
        return new Expr(path, place, { is: 'interpolation', parts }, base, { type: 'string' })
      }
      case 'symbol':
        return new Expr(path, place, { is: 'symbol', access: fresh(expression.access) }, base, true)
      case 'array': {
        const elements = expression.elements.map((element, i) => this.declare(`${path}[${i}]`, element, null))
        return new Expr(path, place, { is: 'array', elements }, base, { items: true, type: 'array' })
      }
      case 'object': {
        const own = new Map<string, Expr>()
        const keyRanges = new Map()
        for (const { key, name, value } of expression.entries) {
          if (name === null) continue
          keyRanges.set(name, key.range)
          if (own.has(name)) this.error(key, `duplicate key ${quote(name)}`)
          else own.set(name, this.declare(joinKey(path, name), value, base?.property(key, name) ?? null))
        }
        return new Expr(path, place, { is: 'object', own, keyRanges }, base, openObject)
      }
      case 'call': {
        const args = new Map<string, Expr>()
        for (const [name, argument] of argumentsOf(expression))
          args.set(name, this.declare('', argument, null))
        if (expression.builtin === 'secret') for (const argument of args.values()) argument.secret = true
        const kind: Kind = { is: 'call', call: expression, args, inputs: true, state: true }
        return new Expr(path, place, kind, base, declaredSchema(expression.builtin))
      }
    }
  }

  /** §6.3. */
  async evaluateExpr(x: Expr, accept: Schema): Promise<Value> {
    if (x.state === 'done') return x.value ?? unknown(x)
    if (x.state === 'evaluating') {
      this.error(x.place, `cyclic reference to ${x.path}`)
      return unknown(x)
    }
    x.state = 'evaluating'
    try {
      const { validating, rotating } = this.modes
      const rotateOnly = isRotateOnly(accept)
      if (rotateOnly && ((!rotating && !validating) || !this.isRoot)) {
        const skipped = unknown(placeholder(null, x.path, x.base))
        skipped.rotateOnly = true
        return skipped
      }
      if (x.base?.final) {
        this.diagnostics.push(
          warningAt(x.place?.range ?? null, 'cannot override final value', x.place?.path ?? ''),
        )
        x.schema = x.base.schema
        x.value = x.base
        return x.base
      }
      const value = await this.byKind(x, accept)
      if (rotateOnly) value.rotateOnly = true
      if (x.secret) value.secret = true
      merge(value, x.base)
      x.schema = value.schema
      x.value = value
      return value
    } finally {
      x.state = 'done'
    }
  }

  async typed(x: Expr, accept: Schema): Promise<{ value: Value; ok: boolean }> {
    const value = await this.evaluateExpr(x, accept)
    return { value, ok: validate(value, accept, this.diagnostics) }
  }

  exported(value: Value): ExportedValue {
    return exportValue(value, '', this.diagnostics)
  }

  private async byKind(x: Expr, accept: Schema): Promise<Value> {
    const { kind } = x
    switch (kind.is) {
      case 'literal':
        return new Value(x, x.schema, kind.value)
      case 'missing':
      case 'access':
        return unknown(x, x.schema)
      case 'interpolation': {
        const value = new Value(x, { type: 'string' })
        let text = ''
        for (const part of kind.parts) {
          text += part.text
          if (part.access === null) continue
          const inner = toText(await follow(this, x, part.access, true))
          value.unknown ||= inner.unknown
          value.secret ||= inner.secret
          if (!inner.unknown) text += inner.text
        }
        value.repr = value.unknown ? '[unknown]' : rejoinUtf8(text)
        return value
      }
      case 'symbol': {
        const value = copy(await follow(this, x, kind.access, accept))
        value.def = x
        return value
      }
      case 'array': {
        const elements: Value[] = []
        for (const [i, element] of kind.elements.entries()) {
          elements.push(await this.evaluateExpr(element, accept === true ? true : itemSchema(accept, i)))
        }
        return containing(x, elements)
      }
      case 'object': {
        const properties = new Map<string, Value>()
        for (const key of [...kind.own.keys()].sort(compareBytes)) {
          const inner = accept === true ? true : propertySchema(accept, key)
          properties.set(key, await this.evaluateExpr(kind.own.get(key)!, inner))
        }
        return containing(x, properties)
      }
      case 'call':
        return call(this, x, kind)
    }
  }

  /** §8.3. */
  selects(path: string): boolean {
    const { rotating, paths } = this.modes
    if (!rotating) return false
    return (
      paths.length === 0 ||
      paths.some((text) => formatPropertyPath(['values', ...parsePropertyPath(text)]) === path)
    )
  }
}

const openObject: Schema = { additionalProperties: true, type: 'object' }

function fresh(access: Access['access']): Access {
  return { access, reached: access.accessors.map(() => null) }
}

function sorted<T>(of: { readonly [key: string]: T }): Record<string, T> {
  const made: Record<string, T> = Object.create(null)
  for (const key of Object.keys(of).sort(compareBytes)) made[key] = of[key]!
  return made
}

/** §7.1. */
export function toText(value: Value): { text: string; unknown: boolean; secret: boolean } {
  const { repr, secret } = value
  if (value.unknown) return { text: '[unknown]', unknown: true, secret }
  const parts = (list: { text: string; unknown: boolean; secret: boolean }[], text: string) => ({
    text,
    unknown: list.some((part) => part.unknown),
    secret: secret || list.some((part) => part.secret),
  })
  if (Array.isArray(repr)) {
    const list = repr.map(toText)
    return parts(list, list.map(({ text }) => quote(text)).join(','))
  }
  if (repr instanceof Map) {
    const keys = [...repr.keys()].sort(compareBytes)
    const list = keys.map((key) => toText(repr.get(key)!))
    return parts(list, list.map(({ text }, i) => `${quote(keys[i]!)}=${quote(text)}`).join(','))
  }
  const text = repr === null ? '' : repr instanceof NumberText ? repr.text : String(repr)
  return { text, unknown: false, secret }
}
