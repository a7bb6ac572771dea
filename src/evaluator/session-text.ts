import type { Environment } from '../eval/index.ts'
import { type PlainValue, parseJson, stringifyJson } from '../value/index.ts'
import { findProperty } from './property.ts'
import { renderEnvironment } from './rendered.ts'

/**
 * The result of an evaluation as it is kept: the very text that a read of it answers, and where in it the values stand. A read is
 * then no more work than unsealing, and a read of one value parses the values alone.
 */
export interface SessionText {
  /** The answer's body: a JSON object and a newline, UTF-8. */
  readonly whole: Uint8Array
  /** Where in it the JSON text of the values stands, in bytes; `[0, 0]` when there are none. */
  readonly values: readonly [start: number, end: number]
  /** Whether the platform's own JSON reads the values and writes them back as they stand, numbers included. */
  readonly isNative: boolean
}

type Head = Pick<SessionText, 'values' | 'isNative'>

/** The text of an evaluated environment; null = an environment that holds nothing. */
export function sessionTextOf(environment: Environment | null): SessionText {
  const members: string[] = []
  let values = ''
  let start = 0
  // After the brace that opens the object.
  let at = 1
  for (const [name, value] of Object.entries(renderEnvironment(environment ?? {}))) {
    const text = stringifyJson(value, { escapeHtml: false, sortKeys: false })
    const member = `"${name}":${text}`
    if (name === 'properties') {
      values = text
      start = at + '"properties":'.length
    }
    at += Buffer.byteLength(member) + 1
    members.push(member)
  }
  return {
    whole: Buffer.from(`{${members.join(',')}}\n`),
    values: [start, start + Buffer.byteLength(values)],
    isNative: values === '' || nativeText(JSON.parse(values)) === values,
  }
}

/** The JSON text of the values; `''` when there are none. */
export function valuesOf({ whole, values: [start, end] }: SessionText): string {
  return bufferOf(whole).toString('utf8', start, end)
}

/** The bytes to keep: a line that tells where the values stand, and the text. */
export function encodeSession({ whole, values, isNative }: SessionText): Uint8Array {
  const head: Head = { values, isNative }
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), whole])
}

/** The text in kept bytes; null for bytes of another form, such as an older program's. */
export function decodeSession(bytes: Uint8Array): SessionText | null {
  const buffer = bufferOf(bytes)
  const end = buffer.indexOf('\n')
  if (end < 0) return null
  const { values, isNative } = JSON.parse(buffer.toString('utf8', 0, end)) as Partial<Head>
  if (values === undefined || isNative === undefined) return null
  return { whole: buffer.subarray(end + 1), values, isNative }
}

/**
 * The JSON text of the value at a property path.
 *
 * @throws AppError PROPERTY_NOT_FOUND; the path's own errors for text that is no path
 */
export function valueTextAt(text: SessionText, path: string): string {
  const values = valuesOf(text)
  const members = values === '' ? {} : text.isNative ? JSON.parse(values) : parseJson(values)
  // The text came from `renderEnvironment`, whose values have the members of exported ones.
  const found: unknown = findProperty(members, path)
  return text.isNative
    ? nativeText(found)
    : stringifyJson(found as PlainValue, { escapeHtml: false, sortKeys: false })
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** What `stringifyJson` writes, for values that the platform reads as they stand. */
function nativeText(value: unknown): string {
  return JSON.stringify(value).replace(/[\u2028\u2029]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16)}`)
}
