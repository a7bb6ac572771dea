import { json as jsonObject, unexpected } from './decode.ts'
import { type Items, pageReaders } from './items.ts'
import { type Operations, operationTable } from './operations.ts'
import { type Call, type Connection, send } from './send.ts'
import type { HttpResponse } from './transport.ts'

type Parts<Name extends keyof Operations> = Omit<Operations[Name], 'answer' | 'query'> &
  (Operations[Name] extends { query: infer Query } ? { readonly query?: Query } : unknown)

/** What one call of an operation says: the members of its path, query and body, and what holds of every call. */
export type Input<Name extends keyof Operations> = Parts<Name> & {
  /** The `ETag` of the text that was read: the write is refused with 409 when it is no longer the current one. */
  readonly ifMatch?: string
  readonly signal?: AbortSignal
}

/** An input, which may be left out where nothing is wanted. */
export type InputOf<Name extends keyof Operations> =
  Record<never, never> extends Parts<Name> ? [input?: Input<Name>] : [input: Input<Name>]

/** An answer with its head. `etag` and `revision` are there where a definition was read or written. */
export interface Answered<Data> {
  readonly data: Data
  readonly status: number
  readonly etag: string | undefined
  readonly revision: number | undefined
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

/** A server's operations by the names of its published document, each with its own types. */
export interface Server {
  /**
   * What an operation answers: parsed JSON, the text of a definition, or undefined. GETs are tried four times when the server
   * fails or asks to wait. Numbers become JavaScript's; `readOpened` keeps the text of those that are larger.
   *
   * @throws ApiError when the server refuses: `code`, `reason`, `rule`, `diagnostics`, `nextStep`, `retryAfterSeconds`
   * @throws TransportError when no answer came
   */
  call<Name extends keyof Operations>(
    name: Name,
    ...input: InputOf<Name>
  ): Promise<Operations[Name]['answer']>
  /** As `call`, with status, headers and the tag of a definition. */
  ask<Name extends keyof Operations>(
    name: Name,
    ...input: InputOf<Name>
  ): Promise<Answered<Operations[Name]['answer']>>
  /** Every item of a list, over as many pages as it has, each asked for when it is needed. */
  items<Name extends keyof Items>(
    name: Name,
    ...input: InputOf<Name>
  ): AsyncGenerator<Items[Name], void, void>
}

type AnyInput = {
  readonly path?: Readonly<Record<string, string | number>>
  readonly query?: Call['query']
  readonly body?: unknown
  readonly ifMatch?: string
  readonly signal?: AbortSignal
}

/** All operations of the server behind a connection. */
export function serverOf(connection: Connection): Server {
  const ask = async (name: keyof Operations, input: AnyInput = {}): Promise<Answered<unknown>> =>
    answered(name, await send(connection, callOf(name, input)))
  // The table of operations says of each name what the types say of it; the types are made from the same document.
  return {
    ask: ask as Server['ask'],
    call: (async (name: keyof Operations, input?: AnyInput) =>
      (await ask(name, input)).data) as Server['call'],
    items: async function* (name: keyof Items, input: AnyInput = {}) {
      let query = input.query
      for (;;) {
        const { data } = await ask(name, { ...input, query })
        const { items, next } = pageReaders[name](data)
        yield* items as never[]
        if (next === null) return
        query = { ...input.query, ...next }
      }
    } as Server['items'],
  }
}

function callOf(name: keyof Operations, { path = {}, query, body, ifMatch, signal }: AnyInput): Call {
  const [method, pattern, bodyKind] = operationTable[name]
  const withParts = pattern.replace(/\{(\w+)\}/g, (_, part: string) => {
    const value = path[part]
    if (value === undefined || value === '') throw new TypeError(`${name}: path.${part} is missing`)
    return encodeURIComponent(value)
  })
  return {
    method,
    path: withParts,
    ...(query === undefined ? {} : { query }),
    ...(bodyKind === 'yaml' ? { bytes: bytesOf(body ?? '') } : {}),
    ...(bodyKind === 'json' && body !== undefined ? { json: body } : {}),
    ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }),
    ...(signal === undefined ? {} : { signal }),
  }
}

function bytesOf(text: unknown): Uint8Array {
  return text instanceof Uint8Array ? text : new TextEncoder().encode(String(text))
}

function answered(name: keyof Operations, response: HttpResponse): Answered<unknown> {
  const { status, headers } = response
  const revision = headers['pulumi-esc-revision']
  return {
    data: dataOf(name, response),
    status,
    headers,
    etag: headers['etag'],
    revision: revision === undefined ? undefined : Number(revision),
  }
}

function dataOf(name: keyof Operations, response: HttpResponse): unknown {
  const [, , , kind] = operationTable[name]
  if (kind === 'empty') return undefined
  const text = new TextDecoder().decode(response.body)
  if (kind !== 'json') return text
  // A list is an answer too; what is neither comes from something that is no ESC server.
  if (!text.trimStart().startsWith('[')) return jsonObject(response)
  try {
    return JSON.parse(text)
  } catch {
    throw unexpected(response)
  }
}
