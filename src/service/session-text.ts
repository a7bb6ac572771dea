import type { Environment } from '../eval/index.ts'
import { type PlainValue, parseJson, stringifyJson } from '../value/index.ts'
import { findProperty } from './property.ts'
import { renderEnvironment } from './rendered.ts'

/**
 * The result of an open as it is kept: the very text that a read of it answers, and where in it the values stand. A read is then
 * no more work than unsealing, and a read of one value parses the values alone.
 */
export interface SessionText {
  /** The answer's body: a JSON object and a newline, UTF-8. */
  readonly whole: Uint8Array
  /** The JSON text of the values; `''` when there are none. */
  readonly values: string
  /** Whether the platform's own JSON reads the values and writes them back as they stand, numbers included. */
  readonly isNative: boolean
}

interface Head {
  readonly values: readonly [start: number, end: number]
  readonly isNative: boolean
}

/** The text of an evaluated environment; null = an environment that holds nothing. */
export function sessionTextOf(environment: Environment | null): SessionText {
  const texts = Object.entries(renderEnvironment(environment ?? {})).map(
    ([name, value]) => [name, stringifyJson(value, { escapeHtml: false, sortKeys: false })] as const,
  )
  const values = texts.find(([name]) => name === 'properties')?.[1] ?? ''
  return {
    whole: Buffer.from(`{${texts.map(([name, text]) => `"${name}":${text}`).join(',')}}\n`),
    values,
    isNative: values === '' || nativeText(JSON.parse(values)) === values,
  }
}

/** The bytes to keep: a line that tells where the values stand, and the text. */
export function encodeSession({ whole, values, isNative }: SessionText): Uint8Array {
  const start =
    values === '' ? 0 : Buffer.from(whole).indexOf(`"properties":${values}`) + '"properties":'.length
  const head: Head = { values: [start, start + Buffer.byteLength(values)], isNative }
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), whole])
}

/** The text in kept bytes; null for bytes of another form, such as an older program's. */
export function decodeSession(bytes: Uint8Array): SessionText | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = buffer.indexOf('\n')
  if (end < 0) return null
  const { values, isNative } = JSON.parse(buffer.toString('utf8', 0, end)) as Partial<Head>
  if (values === undefined || isNative === undefined) return null
  const whole = buffer.subarray(end + 1)
  return { whole, values: whole.toString('utf8', ...values), isNative }
}

/**
 * The JSON text of the value at a property path.
 *
 * @throws AppError PROPERTY_NOT_FOUND; the path's own errors for text that is no path
 */
export function valueTextAt({ values, isNative }: SessionText, path: string): string {
  const members = values === '' ? {} : isNative ? JSON.parse(values) : parseJson(values)
  // The text came from `renderEnvironment`, whose values have the members of exported ones.
  const found: unknown = findProperty(members, path)
  return isNative
    ? nativeText(found)
    : stringifyJson(found as PlainValue, { escapeHtml: false, sortKeys: false })
}

/** What `stringifyJson` writes, for values that the platform reads as they stand. */
function nativeText(value: unknown): string {
  return JSON.stringify(value).replace(/[\u2028\u2029]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16)}`)
}
