import { type Diagnostic, errorAt, type Range, rangeless } from '../diag/index.ts'
import type { ExportedRecord, ExportedValue, Trace } from '../value/index.ts'
import type { Expr } from './expr.ts'
import type { Budget } from './limits.ts'
import { isList, isRecord, type Value } from './value.ts'

/**
 * Turns values into the plain data that leaves the evaluator (language specification §11.3). Results are remembered per value: the
 * environment named by the first export stands in all ranges of what has no place in a text.
 */
export class Exporter {
  readonly #open = new Set<Value>()
  readonly #budget: Budget
  readonly #members = new Map<Value, ReadonlyMap<string, Value>>()

  constructor(budget: Budget) {
    this.#budget = budget
  }

  /** The exported value. A value that is its own base ends as an unknown and an error in `diagnostics`. */
  value(value: Value, environment: string, diagnostics: Diagnostic[]): ExportedValue {
    if (value.exported !== null && value.exportedBy === this) return value.exported
    if (this.#open.has(value)) {
      const { place } = value.def
      diagnostics.push(errorAt(place?.range ?? null, 'internal error: cyclic export', place?.path ?? ''))
      return Object.freeze({ unknown: true, trace: Object.freeze({ def: rangeless('') }) })
    }
    this.#open.add(value)
    this.#budget.enter()
    const trace: { -readonly [K in keyof Trace]: Trace[K] } = { def: rangeOf(value.def, environment) }
    const content = this.#content(value, environment, diagnostics)
    if (value.base !== null) trace.base = this.value(value.base, '<import>', diagnostics)
    const exported: { -readonly [K in keyof ExportedValue]: ExportedValue[K] } = {
      trace: Object.freeze(trace),
    }
    if (content !== null) exported.value = content
    if (value.secret) exported.secret = true
    if (value.unknown) exported.unknown = true
    this.#budget.leave()
    this.#open.delete(value)
    value.exported = Object.freeze(exported)
    value.exportedBy = this
    return exported
  }

  #content(
    value: Value,
    environment: string,
    diagnostics: Diagnostic[],
  ): Exclude<ExportedValue['value'], undefined> | null {
    const { content } = value
    if (isList(content)) {
      return Object.freeze(content.map((element) => this.value(element, environment, diagnostics)))
    }
    return isRecord(content) ? this.#record(value, environment, diagnostics) : content
  }

  /** Inherited properties are the record's own here. */
  #record(value: Value, environment: string, diagnostics: Diagnostic[]): ExportedRecord {
    const record: { [key: string]: ExportedValue } = Object.create(null)
    const members = this.#membersOf(value)
    for (const key of value.keys() ?? []) {
      const property = members.get(key) ?? value.property(value.def.place, key)
      if (property !== null) record[key] = this.value(property, environment, diagnostics)
    }
    return Object.freeze(record)
  }

  /**
   * The members of a record and of the records below it. Looking each key up along the chain would cost its length every
   * time; what an unknown below has is left to `Value.property`.
   */
  #membersOf(value: Value): ReadonlyMap<string, Value> {
    const { base } = value
    const own = value.content as ReadonlyMap<string, Value>
    if (base === null || !isRecord(base.content)) return own
    const known = this.#members.get(value)
    if (known !== undefined) return known
    // Set before descending, so that a value below itself ends here.
    this.#members.set(value, own)
    const members = new Map(this.#membersOf(base))
    for (const [key, member] of own) members.set(key, member)
    this.#members.set(value, members)
    return members
  }
}

/** Where an expression stands; zeros in `environment` for one that stands in no text. */
export function rangeOf(expr: Expr, environment: string): Range {
  return expr.place?.range ?? rangeless(environment)
}
