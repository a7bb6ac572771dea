import { type CycleStep, type Diagnostic, errorAt, warningAt } from '../diag/index.ts'
import type { Definition } from '../expr/index.ts'
import { isRotateOnly, itemSchema, propertySchema, type Schema } from '../schema/index.ts'
import { type ExportedValue, rejoinUtf8 } from '../value/index.ts'
import type { Attempt } from './attempt.ts'
import { AwaitedValue } from './awaited.ts'
import { contextValue } from './context-value.ts'
import { copyValue } from './copy.ts'
import type { Patch, RotationResult } from './evaluation.ts'
import { Expr, type Place, placeholder, type TextPart } from './expr.ts'
import type { Budget } from './limits.ts'
import { merge } from './merge.ts'
import type { CallContext, Outside } from './outside.ts'
import type { Crypter } from './provider.ts'
import { Reference } from './reference.ts'
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

/**
 * Evaluates the expressions of one environment (language specification §6.3, §7), each once, records in byte order of their keys.
 * Purely synchronous; what is not there yet ends the attempt with `pending`.
 */
export abstract class ExpressionEvaluator implements Scope {
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

  /** The value of another environment; `null` when it cannot be had, which is reported. */
  abstract evaluateImport(place: Place | null, name: string): Value | null

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
      this.cyclic(x.place, `cyclic reference to ${x.path}`, this.attempt.referenceCycle(x))
      return unknownValue(x)
    }
    x.state = 'evaluating'
    budget.at = x.place ?? budget.at
    budget.enter()
    budget.step()
    this.attempt.enterExpression(x)
    const value = this.#evaluateOver(x, accept)
    this.attempt.leaveExpression()
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
      this.budget.text(text)
    }
    result.content = result.unknown ? '[unknown]' : rejoinUtf8(text)
    return result
  }

  #evaluateArray(x: Expr, elements: readonly Expr[], accept: Schema): Value {
    const values: Value[] = []
    let waiting = false
    for (const [i, element] of elements.entries()) {
      const value = this.orWait(element, accept === true ? true : itemSchema(accept, i))
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
      const value = this.orWait(properties.get(key)!, accept === true ? true : propertySchema(accept, key))
      if (value === null) waiting = true
      else entries.push([key, value])
    }
    if (waiting) throw pending
    return recordValue(x, entries)
  }

  /** `null` = the expression waits. Its siblings are evaluated all the same, so that what they wait for starts too. */
  protected orWait(x: Expr, accept: Schema): Value | null {
    const { standing } = this.attempt
    try {
      return this.evaluateExpr(x, accept)
    } catch (error) {
      if (error !== pending) throw error
      this.attempt.waiting = true
      this.attempt.returnTo(standing)
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

  protected cyclic(place: Place | null, summary: string, cycle: readonly CycleStep[]): void {
    this.diagnostics.push({ ...errorAt(place?.range ?? null, summary, place?.path ?? ''), cycle })
  }

  warning(place: Place | null, summary: string, detail = ''): void {
    this.diagnostics.push(warningAt(place?.range ?? null, summary, place?.path ?? '', detail))
  }

  holdsCalls(calls: number): boolean {
    const { attempt } = this
    if (!attempt.rehearses) return false
    const { providerCalls } = this.budget.limits
    attempt.heldCalls += calls
    if (attempt.heldCalls > providerCalls)
      this.budget.exceeded(attempt.heldCalls, 'provider calls', providerCalls)
    return true
  }

  requireSettled(): void {
    if (this.attempt.waiting) throw pending
  }

  rotated(result: RotationResult, patch?: Patch): void {
    this.attempt.rotations.push(result)
    if (patch !== undefined) this.attempt.patches.push(patch)
  }
}
