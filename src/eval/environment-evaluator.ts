import { hasErrors } from '../diag/index.ts'
import type { Schema } from '../schema/index.ts'
import { quote } from '../value/index.ts'
import { AwaitedValue } from './awaited.ts'
import { isAnonymous } from './context-value.ts'
import { declare } from './declare.ts'
import { Expr, type Place, placeholder } from './expr.ts'
import { ExpressionEvaluator } from './expression-evaluator.ts'
import { inherit } from './inherit.ts'
import { mergedSchema } from './schemas.ts'
import { recordValue } from './unexport.ts'
import type { Value } from './value.ts'
import { pending } from './waiting.ts'

/** The environment's own value keys, which no definition may set. */
const reserved: ReadonlySet<string> = new Set(['imports', 'context', 'environments'])

/**
 * Evaluates one environment (language specification §6): its imports, then its values over what they give.
 */
export class EnvironmentEvaluator extends ExpressionEvaluator {
  #inheritsOnce = false

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
    if (!this.plan.isRoot || attempt.waiting || attempt.heldCalls > 0 || this.myImports === null) return base
    attempt.checkpoint = {
      base,
      myImports: this.myImports,
      imports: new Map(attempt.imports),
      diagnostics: [...this.diagnostics],
      spent: this.budget.spent,
      cyclic: attempt.cyclic,
    }
    return base
  }

  /**
   * While imports are awaited: evaluates what inherits nothing, so that its calls run beside those of the imports. A call that
   * a final value could make superfluous is not begun. Nothing of this is kept but the calls.
   */
  #foresee(): void {
    if (this.mode.validating || this.attempt.rehearses) return
    if (!this.outside.inheritsNothingFinal(this.plan.definition)) return
    this.root = this.#declareRoot(new AwaitedValue())
    this.orWait(this.root, true)
  }

  #evaluateImports(): Value | null {
    const { imports } = this.plan.definition
    const named = (imports ?? []).filter(({ name }) => name !== null)
    const { directImports } = this.budget.limits
    if (named.length > directImports) {
      this.budget.at = named[directImports]!.name
      this.budget.exceeded(directImports + 1, 'imports in one environment', directImports)
    }
    const mine = new Map<string, Value>()
    const merged: Value[] = []
    let waiting = false
    for (const { name, merge: merges } of named) {
      const { standing } = this.attempt
      try {
        const value = this.evaluateImport(name, name!.value)
        if (value === null) continue
        mine.set(name!.value, value)
        if (merges) merged.push(value)
      } catch (error) {
        if (error !== pending) throw error
        this.attempt.returnTo(standing)
        this.attempt.waiting = true
        waiting = true
      }
    }
    if (waiting) throw pending
    this.myImports = recordValue(placeholder(null), [...mine])
    const { base, once } = inherit(merged, this.attempt.inheritsOnce, this.budget)
    this.#inheritsOnce = once
    return base
  }

  /** The value of another environment, evaluated once per evaluation; `null` when it cannot be had, which is reported. */
  override evaluateImport(place: Place | null, name: string): Value | null {
    const { imports } = this.attempt
    const known = imports.get(name)
    if (known !== undefined) {
      if (known.value !== null) return known.value
      // In an attempt that waits, an environment without a value may be one that was left.
      if (this.attempt.waiting) throw pending
      this.cyclic(place, `cyclic import of ${name}`, this.attempt.importCycle(name, place))
      return null
    }
    this.budget.at = place
    const importDepth = this.plan.importDepth + 1
    const { limits } = this.budget
    if (importDepth > limits.importDepth)
      this.budget.exceeded(importDepth, 'levels of imports', limits.importDepth)
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
    this.attempt.enterEnvironment(name, place)
    entry.value = evaluator.evaluateEnvironment()
    this.attempt.leaveEnvironment()
    if (evaluator.#inheritsOnce) this.attempt.inheritsOnce.add(entry.value)
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

  /** The schema of the environment with what it inherits (§6). */
  schemaOf(value: Value): Schema {
    return value.base === null ? value.schema : mergedSchema(value.base.schema, value.schema)
  }
}
