import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Connection, HttpRequest, RequestHeaders, Sent } from './request.ts'

/** How long, and how much, the rest of a body that nobody wanted is read, so that its sender gets to read the answer. */
const drainMilliseconds = 500
const drainBytes = 64 * 1024 * 1024

/** Answers requests of `node:http` with nothing between: no second form of a request or of an answer is made. */
export function nodeListener(
  answer: (request: HttpRequest, connection: Connection) => Promise<Sent>,
): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const take = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const target = incoming.url ?? '/'
    const request = new NodeRequest(incoming, outgoing, target)
    const { status, headers, body } = await answer(request, {
      remoteAddress: incoming.socket.remoteAddress ?? '',
      target,
      rawHeaders: incoming.rawHeaders,
    })
    if (body === null) outgoing.writeHead(status, headers).end()
    else {
      // A text is written out once: measured and sent as one, it would be gone through twice and joined to the head.
      const bytes = typeof body === 'string' ? Buffer.from(body) : body
      outgoing.writeHead(status, { ...headers, 'content-length': String(bytes.length) })
      outgoing.end(bytes)
    }
    if (!incoming.complete) drain(incoming)
  }
  return (incoming, outgoing) => {
    take(incoming, outgoing).catch(() => {
      // What fails here failed outside of the application, which answers its own failures.
      if (outgoing.headersSent) outgoing.destroy()
      else outgoing.writeHead(500, { 'content-length': '0', connection: 'close' }).end()
    })
  }
}

/** A request that was received, read as far as somebody asks. */
class NodeRequest implements HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: RequestHeaders
  readonly #incoming: IncomingMessage
  readonly #outgoing: ServerResponse
  #signal: AbortSignal | null = null

  constructor(incoming: IncomingMessage, outgoing: ServerResponse, target: string) {
    this.method = incoming.method ?? ''
    this.url = target
    this.headers = new NodeHeaders(incoming.rawHeaders)
    this.#incoming = incoming
    this.#outgoing = outgoing
  }

  get body(): AsyncIterable<Uint8Array> | null {
    return {
      // Whoever stops half-way wants to answer on the same connection.
      [Symbol.asyncIterator]: () => this.#incoming.iterator({ destroyOnReturn: false }),
    }
  }

  get signal(): AbortSignal {
    if (this.#signal !== null) return this.#signal
    const controller = new AbortController()
    this.#signal = controller.signal
    const outgoing = this.#outgoing
    outgoing.once('close', () => {
      if (!outgoing.writableFinished) controller.abort()
    })
    return this.#signal
  }
}

class NodeHeaders implements RequestHeaders {
  readonly #fields = new Map<string, string>()

  constructor(raw: readonly string[]) {
    for (let index = 0; index < raw.length; index += 2) {
      const name = raw[index]!.toLowerCase()
      const before = this.#fields.get(name)
      const value = raw[index + 1]!
      this.#fields.set(name, before === undefined ? value : `${before}, ${value}`)
    }
  }

  get(name: string): string | null {
    return this.#fields.get(name) ?? null
  }

  keys(): Iterable<string> {
    return this.#fields.keys()
  }

  [Symbol.iterator](): Iterator<[string, string]> {
    return this.#fields.entries()
  }
}

function drain(incoming: IncomingMessage): void {
  let left = drainBytes
  const end = () => incoming.socket.destroySoon()
  const timer = setTimeout(end, drainMilliseconds).unref()
  incoming.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) end()
  })
  incoming.once('end', () => clearTimeout(timer)).once('error', () => clearTimeout(timer))
  incoming.resume()
}
