import { copyValue } from './copy.ts'
import type { Budget } from './limits.ts'
import { merge } from './merge.ts'
import { isRecord, type Value } from './value.ts'

/** What an environment inherits from its imports, and whether it is more than the plain rules can hold. */
export interface Inherited {
  readonly base: Value | null
  /** Whether every environment is in it once only; then so it must be in all that build on it. */
  readonly once: boolean
}

/** Room left below the bound on depth for what lies inside of the inherited values. */
const roomForValues = 32

/**
 * Lays imported values over one another, later ones on top (language specification §6.1).
 *
 * The rules copy every import with all that it inherits, so an environment that is reached in two ways is in the result twice, and
 * a ladder of n such diamonds has 2^n layers. All of them show in the traces, so no way of sharing could keep them apart and
 * stay small. Up to the bound on depth the rules are followed to the letter. Beyond it, where they give nothing but a refusal, each
 * environment is laid down once, where it comes up first: what lies below the same environment again is hidden by it, so every
 * value is the same, and only the traces are without the repetition.
 */
export function inherit(values: readonly Value[], once: ReadonlySet<Value>, budget: Budget): Inherited {
  let layers = 0
  for (const value of values) layers += chainOf(value).length
  if (values.some((value) => once.has(value)) || layers > budget.limits.depth - roomForValues) {
    return { base: layOnce(values, budget), once: true }
  }
  let base: Value | null = null
  for (const value of values) {
    const copy = copyValue(value, budget)
    merge(copy, base, budget)
    base = copy
  }
  return { base, once: false }
}

function layOnce(values: readonly Value[], budget: Budget): Value | null {
  const known = new Set<Value>()
  const kept: Value[] = []
  for (const value of values.toReversed()) {
    // All that such an environment inherits is there already, above or below it.
    if (known.has(originOf(value))) continue
    const copy = copyValue(value, budget)
    unrepeat(copy, new Set(), budget)
    for (const layer of chainOf(copy)) known.add(originOf(layer))
    kept.push(copy)
  }
  let base: Value | null = null
  for (const copy of kept.toReversed()) {
    base = without(base, new Set(chainOf(copy).map(originOf)))
    merge(copy, base, budget)
    unrepeat(copy, new Set(), budget)
    base = copy
  }
  return base
}

/** A chain without the layers that come from `origins`. */
function without(base: Value | null, origins: ReadonlySet<Value>): Value | null {
  let top = base
  while (top !== null && origins.has(originOf(top))) top = top.base
  for (let layer = top; layer !== null; layer = layer.base) {
    while (layer.base !== null && origins.has(originOf(layer.base))) layer.base = layer.base.base
  }
  return top
}

/** Takes out of a chain, and out of those of its members at every depth, what repeats a layer above it. */
function unrepeat(top: Value, done: Set<Value>, budget: Budget): void {
  if (done.has(top)) return
  const seen = new Set<Value>()
  budget.enter()
  for (let layer: Value | null = top; layer !== null; layer = layer.base) {
    budget.step()
    done.add(layer)
    seen.add(originOf(layer))
    while (layer.base !== null && seen.has(originOf(layer.base))) layer.base = layer.base.base
  }
  for (let layer: Value | null = top; layer !== null; layer = layer.base) {
    if (!isRecord(layer.content)) continue
    for (const member of layer.content.values()) unrepeat(member, done, budget)
  }
  budget.leave()
}

function chainOf(value: Value): Value[] {
  const chain: Value[] = []
  // A value may be below itself in rare cases; then its chain ends where it closes.
  const seen = new Set<Value>()
  for (let layer: Value | null = value; layer !== null && !seen.has(layer); layer = layer.base) {
    seen.add(layer)
    chain.push(layer)
  }
  return chain
}

function originOf(value: Value): Value {
  return value.origin ?? value
}
