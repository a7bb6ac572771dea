import { NumberText, quote } from '../value/index.ts'
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
export function textOf(value: Value): TextOf {
  const { content, unknown, secret } = value
  if (unknown) return { text: '[unknown]', unknown, secret }
  if (content === null) return { text: '', unknown, secret }
  if (typeof content === 'string') return { text: content, unknown, secret }
  if (typeof content === 'boolean') return { text: String(content), unknown, secret }
  if (content instanceof NumberText) return { text: content.text, unknown, secret }
  if (isList(content)) return joined(value, content.map(textOf), ({ text }) => quote(text))
  if (!isRecord(content)) return { text: '', unknown, secret }
  const keys = sortKeys([...content.keys()])
  const parts = keys.map((key) => ({ key, ...textOf(content.get(key)!) }))
  return joined(value, parts, ({ key, text }) => `${quote(key)}=${quote(text)}`)
}

function joined<T extends TextOf>(value: Value, parts: readonly T[], write: (part: T) => string): TextOf {
  return {
    text: parts.map(write).join(','),
    unknown: parts.some((part) => part.unknown),
    secret: value.secret || parts.some((part) => part.secret),
  }
}
