import type { PlainValue } from '../value/index.ts'
import { stringifyJson } from '../value/index.ts'
import type { RequestHeaders } from './request.ts'

/** What a route answers, before the common headers join it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | null
}

interface AnswerOptions {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** A JSON answer of ordinary data. Bodies end with a newline. */
export function json(value: unknown, { status = 200, headers = {} }: AnswerOptions = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: `${JSON.stringify(value)}\n`,
  }
}

/** A JSON answer of evaluated data, whose numbers keep their text. */
export function jsonValue(value: PlainValue, { status = 200, headers = {} }: AnswerOptions = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: `${stringifyJson(value, { escapeHtml: false, sortKeys: false })}\n`,
  }
}

/** The text of a JSON object and a newline, with more members at its end. */
export function withMembers(
  object: Uint8Array,
  members: { readonly [member: string]: PlainValue },
): Uint8Array {
  const more = stringifyJson(members, { escapeHtml: false, sortKeys: false }).slice(1, -1)
  if (more === '') return object
  const open = object.subarray(0, -'}\n'.length)
  return Buffer.concat([open, Buffer.from(`${open.length === 1 ? '' : ','}${more}}\n`)])
}

/** A JSON answer that is written already, newline included. */
export function jsonBytes(body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers: { 'content-type': 'application/json', ...headers }, body }
}

/** A definition, byte for byte. */
export function yaml(source: Uint8Array, headers: Readonly<Record<string, string>>): Answer {
  return { status: 200, headers: { 'content-type': 'application/x-yaml', ...headers }, body: source }
}

/** Text of another kind, such as lines for keeping. */
export function textAnswer(body: string, contentType: string): Answer {
  return { status: 200, headers: { 'content-type': contentType }, body }
}

/** Nothing to say: no body, no type. */
export function empty(headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 204, headers, body: null }
}

/**
 * Nothing to say, to whoever makes or deletes an environment. TypeScript SDKs up to 0.12 refuse every status but 200 there,
 * later ones every status but 204, which is the contract; they tell their version in `User-Agent`.
 */
export function emptyFor(requestHeaders: RequestHeaders): Answer {
  const old = /^esc-sdk\/ts\/v?0\.(?:\d|1[0-2])(?:\.|$)/.test(requestHeaders.get('user-agent') ?? '')
  return old ? { status: 200, headers: {}, body: null } : empty()
}
