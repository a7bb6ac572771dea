import type { Budget } from './limits.ts'
import { mergedSchema } from './schemas.ts'
import { isRecord, type Value } from './value.ts'

/**
 * Lays `value` over `base`, in place, as a JSON merge patch (language specification §5.3): records merge key by key, all
 * else hides what is below, and the base stays reachable either way.
 */
export function merge(value: Value, base: Value | null, budget: Budget): void {
  if (base === null || same(value, base)) return
  budget.enter()
  budget.step()
  if (value.base !== null) merge(value.base, base, budget)
  else if (!isBelow(value, base)) value.base = base
  const below = value.base
  if (isRecord(value.content)) {
    for (const [key, child] of value.content) {
      merge(child, below?.property(child.def.place, key) ?? null, budget)
    }
  }
  value.schema = mergedSchema(below?.schema ?? null, value.schema)
  budget.leave()
}

/** Unknown properties are made afresh on every look; two of them are the same if they stand for the same access. */
function same(a: Value, b: Value): boolean {
  let left: Value = a
  let right: Value = b
  for (;;) {
    if (left === right) return true
    const from = left.def.body
    const to = right.def.body
    if (!left.unknown || !right.unknown || from.kind !== 'access' || to.kind !== 'access') return false
    if (from.name !== to.name) return false
    left = from.receiver
    right = to.receiver
  }
}

/** Whether `value` is already on `base`'s own chain: such a base would close a cycle. */
function isBelow(value: Value, base: Value): boolean {
  for (let below: Value | null = base; below !== null; below = below.base) {
    if (below === value) return true
  }
  return false
}
