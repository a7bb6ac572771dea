import { type Diagnostic, errorAt, hasErrors, warningAt } from '../diag/index.ts'
import type { Definition } from '../expr/index.ts'
import { isRotateOnly, itemSchema, propertySchema, type Schema } from '../schema/index.ts'
import { type ExportedValue, quote, rejoinUtf8 } from '../value/index.ts'
import type { Attempt } from './attempt.ts'
import { AwaitedValue } from './awaited.ts'
import { contextValue, isAnonymous } from './context-value.ts'
import { copyValue } from './copy.ts'
import { declare } from './declare.ts'
import type { Patch, RotationResult } from './evaluation.ts'
import { Expr, type Place, placeholder, type TextPart } from './expr.ts'
import type { Budget } from './limits.ts'
import { merge } from './merge.ts'
import type { CallContext, Outside } from './outside.ts'
import type { Crypter } from './provider.ts'
import { Reference } from './reference.ts'
import { mergedSchema } from './schemas.ts'
import type { Mode, Scope } from './scope.ts'
import { textOf } from './text-of.ts'
import { listValue, recordValue } from './unexport.ts'
import { validateValue } from './validate-value.ts'
import { isRecord, sortKeys, unknownValue, Value } from './value.ts'
import { pending } from './waiting.ts'

/** Which environment is evaluated, on whose behalf. */
export interface EnvironmentPlan {
  readonly name: string
  readonly definition: Definition
  readonly crypter: Crypter
  readonly isRoot: boolean
  /** The root environment's name as its imports see it. */
  readonly rootName: string
  readonly importDepth: number
}

/** The environment's own value keys, which no definition may set. */
const reserved: ReadonlySet<string> = new Set(['imports', 'context', 'environments'])

/**
 * Evaluates one environment (language specification §6, §7): its imports, then its values in byte order of their keys, each expression
 * once. Purely synchronous; what is not there yet ends the attempt with `pending`.
 */
export class EnvironmentEvaluator implements Scope {
  readonly diagnostics: Diagnostic[] = []
  readonly plan: EnvironmentPlan
  readonly attempt: Attempt
  readonly mode: Mode
  #context: Value | null = null
  readonly callContext: CallContext
  /** `null` while the imports are not all there. */
  myImports: Value | null = null
  root: Expr

  constructor(plan: EnvironmentPlan, attempt: Attempt) {
    this.plan = plan
    this.attempt = attempt
    this.mode = plan.isRoot ? attempt.mode : { ...attempt.mode, rotating: false }
    const { contextValues } = attempt
    this.callContext = {
      currentEnvironment: plan.name,
      rootEnvironment: plan.rootName,
      values: contextValues,
    }
    this.root = new Expr(plan.name, null, { kind: 'missing' }, null, true)
  }

  /** What `${context}` is here; made on first use, since few environments ask. */
  get context(): Value {
    const { name, rootName } = this.plan
    this.#context ??= contextValue(this.attempt.contextValues, name, rootName, this.budget)
    return this.#context
  }
  get budget(): Budget {
    return this.attempt.budget
  }
  get outside(): Outside {
    return this.attempt.outside
  }
  get crypter(): Crypter {
    return this.plan.crypter
  }

  /** The environment's value. Its diagnostics are in `diagnostics`. */
  evaluateEnvironment(): Value {
    const base = this.#inherited()
    this.root = this.#declareRoot(base)
    return this.evaluateExpr(this.root, true)
  }

  #inherited(): Value | null {
    const { attempt } = this
    const { resumed } = attempt
    if (this.plan.isRoot && resumed !== null) {
      this.diagnostics.push(...resumed.diagnostics)
      this.myImports = resumed.myImports
      return resumed.base
    }
    let base: Value | null
    try {
      base = this.#evaluateImports()
    } catch (error) {
      if (error === pending) this.#foresee()
      throw error
    }
    if (!this.plan.isRoot || attempt.waiting || this.myImports === null) return base
    attempt.checkpoint = {
      base,
      myImports: this.myImports,
      imports: new Map(attempt.imports),
      diagnostics: [...this.diagnostics],
      spent: this.budget.spent,
    }
    return base
  }

  /**
   * While imports are awaited: evaluates what inherits nothing, so that its calls run beside those of the imports. A call that
   * a final value could make superfluous is not begun. Nothing of this is kept but the calls.
   */
  #foresee(): void {
    if (this.mode.validating || !this.outside.inheritsNothingFinal(this.plan.definition)) return
    this.root = this.#declareRoot(new AwaitedValue())
    this.#orWait(this.root, true)
  }

  #evaluateImports(): Value | null {
    const { imports } = this.plan.definition
    const named = (imports ?? []).filter(({ name }) => name !== null)
    const { directImports } = this.budget.limits
    if (named.length > directImports) {
      this.budget.at = named[directImports]!.name
      this.budget.exceeded(`more than ${directImports} imports in one environment`)
    }
    const mine = new Map<string, Value>()
    let base: Value | null = null
    let waiting = false
    for (const { name, merge: merges } of named) {
      const { depth, referenceDepth } = this.budget
      try {
        const value = this.evaluateImport(name, name!.value)
        if (value === null) continue
        mine.set(name!.value, value)
        if (!merges) continue
        const copy: Value = copyValue(value, this.budget)
        merge(copy, base, this.budget)
        base = copy
      } catch (error) {
        if (error !== pending) throw error
        this.budget.depth = depth
        this.budget.referenceDepth = referenceDepth
        this.attempt.waiting = true
        waiting = true
      }
    }
    if (waiting) throw pending
    this.myImports = recordValue(placeholder(null), [...mine])
    return base
  }

  /** The value of another environment, evaluated once per evaluation; `null` when it cannot be had, which is reported. */
  evaluateImport(place: Place | null, name: string): Value | null {
    const { imports } = this.attempt
    const known = imports.get(name)
    if (known !== undefined) {
      if (known.value !== null) return known.value
      // In an attempt that waits, an environment without a value may be one that was left.
      if (this.attempt.waiting) throw pending
      this.error(place, `cyclic import of ${name}`)
      return null
    }
    this.budget.at = place
    const importDepth = this.plan.importDepth + 1
    if (importDepth > this.budget.limits.importDepth) {
      this.budget.exceeded(`imports more than ${this.budget.limits.importDepth} deep`)
    }
    const loaded = this.attempt.load(name, importDepth)
    if (typeof loaded === 'string') {
      this.error(place, loaded)
      return null
    }
    this.diagnostics.push(...loaded.diagnostics)
    if (loaded.definition === null || hasErrors(loaded.diagnostics)) return null
    const entry = { value: null as Value | null }
    imports.set(name, entry)
    const evaluator = new EnvironmentEvaluator(
      {
        name,
        definition: loaded.definition,
        crypter: loaded.crypter,
        isRoot: false,
        rootName: isAnonymous(this.plan.rootName) ? name : this.plan.rootName,
        importDepth,
      },
      this.attempt,
    )
    entry.value = evaluator.evaluateEnvironment()
    this.diagnostics.push(...evaluator.diagnostics)
    return entry.value
  }

  #declareRoot(base: Value | null): Expr {
    this.budget.startDocument()
    const properties = new Map<string, Expr>()
    const keyRanges = new Map()
    for (const { key, value } of this.plan.definition.values ?? []) {
      const name = key.value
      if (reserved.has(name)) {
        this.error(key, `${quote(name)} is a reserved key`)
      } else if (properties.has(name)) {
        this.error(key, `duplicate key ${quote(name)}`)
      } else {
        this.budget.at = key
        properties.set(name, declare(name, value, base?.property(key, name) ?? null, this))
      }
    }
    const schema: Schema = { additionalProperties: true, type: 'object' }
    return new Expr(this.plan.name, null, { kind: 'object', properties, keyRanges }, base, schema)
  }

  evaluate(x: Expr): Value {
    return this.evaluateExpr(x, true)
  }

  /**
   * The value of an expression, evaluated on first use (§6.3). Of `accept` only its rotate-only mark matters: such inputs are
   * evaluated in the root of a rotation or a check, and skipped elsewhere.
   */
  evaluateExpr(x: Expr, accept: Schema): Value {
    if (x.state === 'done') return x.value ?? unknownValue(x)
    const { budget } = this
    if (x.state === 'evaluating') {
      // In an attempt that waits, a half-evaluated expression may be one that was left.
      if (this.attempt.waiting) throw pending
      this.error(x.place, `cyclic reference to ${x.path}`)
      return unknownValue(x)
    }
    x.state = 'evaluating'
    budget.at = x.place ?? budget.at
    budget.enter()
    budget.step()
    const value = this.#evaluateOver(x, accept)
    budget.leave()
    x.state = 'done'
    return value
  }

  #evaluateOver(x: Expr, accept: Schema): Value {
    const rotateOnly = isRotateOnly(accept)
    if (rotateOnly && !((this.mode.rotating || this.mode.validating) && this.plan.isRoot)) {
      const skipped = unknownValue(placeholder(null, x.path, x.base))
      skipped.rotateOnly = true
      return skipped
    }
    if (x.base?.final) {
      this.warning(x.place, 'cannot override final value')
      x.schema = x.base.schema
      x.value = x.base
      return x.base
    }
    const value = this.#evaluateByKind(x, accept)
    // A scalar or a list is what it is, whatever lies below; a record or an unknown may yet change.
    if (x.base instanceof AwaitedValue && (value.unknown || isRecord(value.content))) throw pending
    if (rotateOnly) value.rotateOnly = true
    if (x.secret) value.secret = true
    merge(value, x.base, this.budget)
    x.schema = value.schema
    x.value = value
    return value
  }

  #evaluateByKind(x: Expr, accept: Schema): Value {
    const { body } = x
    switch (body.kind) {
      case 'literal':
        return new Value(x, x.schema, body.value)
      case 'missing':
      case 'access':
        return unknownValue(x, x.schema)
      case 'interpolation':
        return this.#interpolate(x, body.parts)
      case 'symbol': {
        const copy = copyValue(new Reference(this, x, body.access, accept).value(), this.budget)
        copy.def = x
        return copy
      }
      case 'array':
        return this.#evaluateArray(x, body.elements, accept)
      case 'object':
        return this.#evaluateObject(x, body.properties, accept)
      case 'call':
        return body.builtin.evaluate(x, body, this)
    }
  }

  #interpolate(x: Expr, parts: readonly TextPart[]): Value {
    const result = new Value(x, x.schema)
    let text = ''
    for (const part of parts) {
      text += part.text
      if (part.access !== null) {
        const inner = textOf(new Reference(this, x, part.access, true).value(), this.budget)
        result.unknown ||= inner.unknown
        result.secret ||= inner.secret
        if (!inner.unknown) text += inner.text
      }
      this.budget.text(text.length)
    }
    result.content = result.unknown ? '[unknown]' : rejoinUtf8(text)
    return result
  }

  #evaluateArray(x: Expr, elements: readonly Expr[], accept: Schema): Value {
    const values: Value[] = []
    let waiting = false
    for (const [i, element] of elements.entries()) {
      const value = this.#orWait(element, accept === true ? true : itemSchema(accept, i))
      if (value === null) waiting = true
      else values.push(value)
    }
    if (waiting) throw pending
    return listValue(x, values)
  }

  #evaluateObject(x: Expr, properties: ReadonlyMap<string, Expr>, accept: Schema): Value {
    const entries: [string, Value][] = []
    let waiting = false
    for (const key of sortKeys([...properties.keys()])) {
      const value = this.#orWait(properties.get(key)!, accept === true ? true : propertySchema(accept, key))
      if (value === null) waiting = true
      else entries.push([key, value])
    }
    if (waiting) throw pending
    return recordValue(x, entries)
  }

  /** `null` = the expression waits. Its siblings are evaluated all the same, so that what they wait for starts too. */
  #orWait(x: Expr, accept: Schema): Value | null {
    const { depth, referenceDepth } = this.budget
    try {
      return this.evaluateExpr(x, accept)
    } catch (error) {
      if (error !== pending) throw error
      this.attempt.waiting = true
      this.budget.depth = depth
      this.budget.referenceDepth = referenceDepth
      return null
    }
  }

  typed(x: Expr, accept: Schema, secretSchema = false): { readonly value: Value; readonly ok: boolean } {
    const value = this.evaluateExpr(x, accept)
    const diagnostics: Diagnostic[] = []
    const ok = validateValue(value, accept, { diagnostics, budget: this.budget })
    for (const diagnostic of diagnostics) {
      // The messages quote constants, names and patterns of the schema.
      this.diagnostics.push(
        secretSchema ? { ...diagnostic, summary: 'the value does not fit a secret schema' } : diagnostic,
      )
    }
    return { value, ok }
  }

  exported(value: Value): ExportedValue {
    return this.attempt.exporter.value(value, '', this.diagnostics)
  }

  error(place: Place | null, summary: string, detail = ''): void {
    this.diagnostics.push(errorAt(place?.range ?? null, summary, place?.path ?? '', detail))
  }

  warning(place: Place | null, summary: string, detail = ''): void {
    this.diagnostics.push(warningAt(place?.range ?? null, summary, place?.path ?? '', detail))
  }

  requireSettled(): void {
    if (this.attempt.waiting) throw pending
  }

  rotated(result: RotationResult, patch?: Patch): void {
    this.attempt.rotations.push(result)
    if (patch !== undefined) this.attempt.patches.push(patch)
  }

  /** The schema of the environment with what it inherits (§6). */
  schemaOf(value: Value): Schema {
    return value.base === null ? value.schema : mergedSchema(value.base.schema, value.schema)
  }
}
