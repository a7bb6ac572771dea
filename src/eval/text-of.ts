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
    const parts = content.map((element) => ['', element] as const)
    return joined(value, parts, budget)
  }
  if (!isRecord(content)) return { text: '', unknown, secret }
  const keys = sortKeys([...content.keys()])
  const parts = keys.map((key) => [`${quote(key)}=`, content.get(key)!] as const)
  return joined(value, parts, budget)
}

/**
 * The texts of children, quoted, each behind its prefix. Every level of nesting quotes the quotes of the one below, and a short list
 * may hold a long text many times over, so the length is looked at with each of them.
 */
function joined(
  value: Value,
  parts: readonly (readonly [prefix: string, child: Value])[],
  budget: Budget,
): TextOf {
  const texts: string[] = []
  let units = 0
  let unknown = false
  let { secret } = value
  for (const [prefix, child] of parts) {
    const part = textOf(child, budget)
    const text = `${prefix}${quote(part.text)}`
    units += text.length + 1
    budget.textBytes(units - 1)
    texts.push(text)
    unknown ||= part.unknown
    secret ||= part.secret
  }
  const text = texts.join(',')
  budget.text(text)
  return { text, unknown, secret }
}
