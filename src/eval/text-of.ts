import { NumberText, quote } from '../value/index.ts'
import type { Budget } from './limits.ts'
import { isList, isRecord, sortKeys, type Value } from './value.ts'

/** The text of a value inside a string, and what the string takes over from it. */
export interface TextOf {
  readonly text: string
  readonly unknown: boolean
  readonly secret: boolean
}

/**
 * The text of a value (language specification §7.1). Of a record only its own keys count, never inherited ones: results
 * depend on it (§15, Q4).
 */
export function textOf(value: Value, budget: Budget): TextOf {
  budget.step()
  const { content, unknown, secret } = value
  if (unknown) return { text: '[unknown]', unknown, secret }
  if (content === null) return { text: '', unknown, secret }
  if (typeof content === 'string') return { text: content, unknown, secret }
  if (typeof content === 'boolean') return { text: String(content), unknown, secret }
  if (content instanceof NumberText) return { text: content.text, unknown, secret }
  if (isList(content)) {
    const parts = content.map((element) => textOf(element, budget))
    return joined(value, parts, ({ text }) => quote(text), budget)
  }
  if (!isRecord(content)) return { text: '', unknown, secret }
  const keys = sortKeys([...content.keys()])
  const parts = keys.map((key) => ({ key, ...textOf(content.get(key)!, budget) }))
  return joined(value, parts, ({ key, text }) => `${quote(key)}=${quote(text)}`, budget)
}

/** Every level of nesting quotes the quotes of the one below, so the length is looked at on each. */
function joined<T extends TextOf>(
  value: Value,
  parts: readonly T[],
  write: (part: T) => string,
  budget: Budget,
): TextOf {
  const text = parts.map(write).join(',')
  budget.text(text.length)
  return {
    text,
    unknown: parts.some((part) => part.unknown),
    secret: value.secret || parts.some((part) => part.secret),
  }
}
