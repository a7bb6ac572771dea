import type { Budget } from './limits.ts'
import { type Content, isList, isRecord, Value } from './value.ts'

/**
 * A deep copy of a value with its bases (language specification §5.4). What was shared stays shared, origins are the
 * same expressions; caches and the rotate-only mark are not copied.
 */
export function copyValue(value: Value, budget: Budget): Value {
  return copy(value, new Map(), budget)
}

function copy(value: Value, copies: Map<Value, Value>, budget: Budget): Value {
  const existing = copies.get(value)
  if (existing !== undefined) return existing
  budget.enter()
  budget.step()
  const made = new Value(value.def, value.schema)
  // Remembered before descending, so that a value below itself ends here.
  copies.set(value, made)
  made.origin = value.origin ?? value
  made.unknown = value.unknown
  made.secret = value.secret
  made.final = value.final
  made.content = copyContent(value.content, copies, budget)
  if (value.base !== null) made.base = copy(value.base, copies, budget)
  budget.leave()
  return made
}

function copyContent(content: Content, copies: Map<Value, Value>, budget: Budget): Content {
  if (isList(content)) return content.map((element) => copy(element, copies, budget))
  if (!isRecord(content)) return content
  const record = new Map<string, Value>()
  for (const [key, child] of content) record.set(key, copy(child, copies, budget))
  return record
}
