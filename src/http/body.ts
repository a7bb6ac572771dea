import { gunzipSync } from 'node:zlib'
import type { z } from 'zod'
import { AppError } from '../diag/index.ts'
import { hasDuplicateKeys } from '../value/index.ts'
import { describeIssue } from './issue.ts'
import type { HttpRequest } from './request.ts'
import { bodyLimit, type Route } from './route.ts'

/** JSON deeper than this, or with more members, is refused before it is parsed (S-54). */
const depthLimit = 64
const memberLimit = 10_000
/** Parsed data may take so many times the bytes of its text; a text below the floor cannot do harm. */
const growthLimit = 8
const growthFloorBytes = 4_096
/** What V8 keeps for an object or list, and for a member of one, at least. */
const containerBytes = 24
const memberBytes = 8

/**
 * The bytes of a request's body, counted while they come in and after decompression.
 *
 * @throws AppError BODY_TOO_LARGE, ENCODING_UNSUPPORTED, REQUEST_INVALID for damaged gzip
 */
export async function readBody(request: HttpRequest): Promise<Uint8Array> {
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new AppError('ENCODING_UNSUPPORTED', { got: encoding.slice(0, 40) })
  }
  const bytes = await collect(request.body)
  return encoding === 'gzip' && bytes.length > 0 ? decompress(bytes) : bytes
}

async function collect(stream: AsyncIterable<Uint8Array> | null): Promise<Uint8Array> {
  if (stream === null) return new Uint8Array(0)
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of stream) {
    sizeBytes += chunk.length
    if (sizeBytes > bodyLimit) throw tooLarge()
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

function decompress(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: bodyLimit })
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge()
    throw new AppError('REQUEST_INVALID', { what: 'the body is not valid gzip', hint: '' }, { cause: error })
  }
}

function tooLarge(): AppError {
  return new AppError('BODY_TOO_LARGE', { limit: bodyLimit })
}

/**
 * The body as the route wants it: bytes for YAML, checked data for JSON.
 *
 * @throws AppError REQUEST_INVALID
 */
export function parseBody(route: Route, bytes: Uint8Array): unknown {
  if (route.body === 'yaml') return bytes
  if (route.bodySchema === null) return null
  if (bytes.length === 0 && route.bodyOptional) return parseAs(route.bodySchema, {})
  const isForm = route.bodyForm && !/^\s*\{/.test(Buffer.from(bytes.subarray(0, 64)).toString())
  return parseAs(route.bodySchema, isForm ? parseForm(bytes) : parseJsonBody(bytes))
}

/** The fields of a form; of one given twice the first counts, and one that says `null` is absent: a form has no other null. */
function parseForm(bytes: Uint8Array): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [name, value] of new URLSearchParams(Buffer.from(bytes).toString())) {
    if (value !== 'null' && !Object.hasOwn(fields, name)) fields[name] = value
  }
  return fields
}

function parseAs(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new AppError('REQUEST_INVALID', { what: describeIssue('body', parsed.error), hint: '' })
}

function parseJsonBody(bytes: Uint8Array): unknown {
  const refuse = (what: string, cause?: unknown) =>
    new AppError('REQUEST_INVALID', { what, hint: 'send a JSON object in UTF-8' }, { cause })
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw refuse('the body is not valid UTF-8', error)
  }
  const excess = excessOf(text)
  if (excess !== null) throw refuse(excess)
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (error) {
    // The parser's own message quotes the text, which may hold a secret.
    throw refuse('the body is not valid JSON', error)
  }
  if (hasDuplicateKeys(text)) throw refuse('the body names a member of one object twice')
  for (const name of ['__proto__', 'constructor', 'prototype'])
    if (typeof body === 'object' && body !== null && Object.hasOwn(body, name))
      throw refuse(`the body may not have a member \`${name}\``)
  return body
}

/** Counts brackets and separators outside strings, so that a bomb is refused before anything is allocated for it. */
function excessOf(text: string): string | null {
  let depth = 0
  let members = 0
  let containers = 0
  let inString = false
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (inString) {
      if (character === '\\') index += 1
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{' || character === '[') {
      depth += 1
      containers += 1
      if (depth > depthLimit) return `the body is nested deeper than ${depthLimit} levels`
    } else if (character === '}' || character === ']') depth -= 1
    else if (character === ',') {
      members += 1
      if (members > memberLimit) return `the body has more than ${memberLimit} members`
    }
  }
  const parsedBytes = text.length + containers * containerBytes + (members + containers) * memberBytes
  return text.length > growthFloorBytes && parsedBytes > growthLimit * text.length
    ? `the body would take more than ${growthLimit} times its bytes when it is parsed`
    : null
}
