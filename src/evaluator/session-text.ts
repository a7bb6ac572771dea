import type { Environment } from '../eval/index.ts'
import { type PlainValue, parseJson, parsePropertyPath, stringifyJson } from '../value/index.ts'
import { noProperty, valueAt } from './property.ts'
import { renderEnvironment } from './rendered.ts'

/**
 * The result of an evaluation as it is kept: the very text that a read of it answers, and where in it the values stand. A read is
 * then no more work than unsealing, and a read of one value cuts it out, or parses it alone when the path leads further into it.
 */
export interface SessionText {
  /** The answer's body: a JSON object and a newline, UTF-8. */
  readonly whole: Uint8Array
  /** The JSON text of a `Head`, which is read by those alone who need it. */
  readonly head: string
}

type Span = readonly [start: number, end: number]

interface Head {
  /** Where in the whole the JSON text of the values stands, in bytes; `[0, 0]` when there are none. */
  readonly values: Span
  /** Where in it each of the outermost values stands. */
  readonly index: Readonly<Record<string, Span>>
  /** Whether the platform's own JSON reads the values and writes them back as they stand, numbers included. */
  readonly isNative: boolean
}

/** The text of an evaluated environment; null = an environment that holds nothing. */
export function sessionTextOf(environment: Environment | null): SessionText {
  const members: string[] = []
  let values = ''
  let start = 0
  // Without a prototype: a value may have any name.
  const index: Record<string, Span> = Object.create(null)
  // After the brace that opens the object.
  let at = 1
  for (const [name, value] of Object.entries(renderEnvironment(environment ?? {}))) {
    const isValues = name === 'properties'
    if (isValues) {
      start = at + '"properties":'.length
      values = indexed(value as PlainRecord, start, index)
    }
    const member = `"${name}":${isValues ? values : textOf(value)}`
    at += Buffer.byteLength(member) + 1
    members.push(member)
  }
  const head: Head = {
    values: [start, start + Buffer.byteLength(values)],
    isNative: values === '' || nativeText(JSON.parse(values)) === values,
    index,
  }
  return { whole: Buffer.from(`{${members.join(',')}}\n`), head: JSON.stringify(head) }
}

type PlainRecord = { readonly [name: string]: PlainValue }

/** The JSON text of an object that begins at `start`; notes where each member's value stands. */
function indexed(record: PlainRecord, start: number, index: Record<string, Span>): string {
  let text = ''
  let at = start + 1
  for (const [name, value] of Object.entries(record)) {
    const key = `${text === '' ? '' : ','}${textOf(name)}:`
    const member = textOf(value)
    const from = at + Buffer.byteLength(key)
    at = from + Buffer.byteLength(member)
    index[name] = [from, at]
    text += key + member
  }
  return `{${text}}`
}

/** The JSON text of the values; `''` when there are none. */
export function valuesOf({ whole, head }: SessionText): string {
  return bufferOf(whole).toString('utf8', ...headOf(head).values)
}

/** The bytes to keep: the head, a newline, and the text. */
export function encodeSession({ whole, head }: SessionText): Uint8Array {
  return Buffer.concat([Buffer.from(`${head}\n`), whole])
}

/** The text in kept bytes; null for bytes of another form, such as an older program's. */
export function decodeSession(bytes: Uint8Array): SessionText | null {
  const buffer = bufferOf(bytes)
  const end = buffer.indexOf('\n')
  const head = buffer.toString('utf8', 0, Math.max(0, end))
  return head.startsWith('{"values":') ? { whole: buffer.subarray(end + 1), head } : null
}

/**
 * The JSON text of the value at a property path.
 *
 * @throws AppError PROPERTY_NOT_FOUND; the path's own errors for text that is no path
 */
export function valueTextAt({ whole, head }: SessionText, path: string): string {
  const [first, ...deeper] = parsePropertyPath(path)
  const { index, isNative } = headOf(head)
  const name = String(first)
  if (!Object.hasOwn(index, name)) throw noProperty(path)
  const text = bufferOf(whole).toString('utf8', ...index[name]!)
  if (deeper.length === 0) return text
  // The text came from `renderEnvironment`, whose values have the members of exported ones.
  const found: unknown = valueAt(isNative ? JSON.parse(text) : parseJson(text), deeper, path)
  return isNative ? nativeText(found) : textOf(found as PlainValue)
}

function headOf(head: string): Head {
  return JSON.parse(head) as Head
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function textOf(value: PlainValue): string {
  return stringifyJson(value, { escapeHtml: false, sortKeys: false })
}

/** What `stringifyJson` writes, for values that the platform reads as they stand. */
function nativeText(value: unknown): string {
  return JSON.stringify(value).replace(/[\u2028\u2029]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16)}`)
}
