import { type HttpResponse, TransportError } from './transport.ts'

type Head = Pick<HttpResponse, 'status' | 'headers'>

/** How the bytes behind the head are framed (RFC 9112 §6.3). */
type Framing = { readonly kind: 'length'; readonly length: number } | { readonly kind: 'chunks' | 'rest' }

const mostHeadBytes = 64 * 1024
const headEnd = Buffer.from('\r\n\r\n')
const statusLine = /^HTTP\/1\.[01] ([1-5]\d\d)(?: .*)?$/
const fieldLine = /^([!#$%&'*+.^_`|~\w-]+):(.*)$/
const chunkSize = /^([\da-fA-F]{1,8})[ \t]*(?:;.*)?$/

/**
 * Reads one HTTP/1.1 answer from the bytes of its connection, as they come.
 *
 * What two readers could read differently is refused: folded lines, several lengths, a length beside chunks, another coding.
 */
export class AnswerReader {
  readonly #method: string
  readonly #limitBytes: number
  readonly #body: Buffer[] = []
  #bodyBytes = 0
  #pending: Buffer = Buffer.alloc(0)
  #head: Head | null = null
  #framing: Framing = { kind: 'rest' }
  /** Bytes of the present chunk still to come; null between chunks. */
  #chunkRest: number | null = null
  #inTrailer = false

  constructor(method: string, limitBytes: number) {
    this.#method = method
    this.#limitBytes = limitBytes
  }

  /** Takes bytes; gives the answer once it is whole, else null. @throws TransportError EBADANSWER, ETOOBIG */
  take(bytes: Buffer): HttpResponse | null {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes])
    while (this.#head === null) if (!this.#takeHead()) return null
    const { kind } = this.#framing
    const isWhole = kind === 'length' ? this.#takeLength() : kind === 'chunks' ? this.#takeChunks() : false
    if (kind === 'rest') this.#keep(this.#pending.length)
    return isWhole ? this.#answer(this.#head) : null
  }

  /** The answer of a connection that has ended; null when something is missing. */
  end(): HttpResponse | null {
    return this.#head !== null && this.#framing.kind === 'rest' ? this.#answer(this.#head) : null
  }

  #answer(head: Head): HttpResponse {
    return { ...head, body: Buffer.concat(this.#body) }
  }

  /** False while the head is not there in full. An interim answer (1xx) is read over. */
  #takeHead(): boolean {
    const end = this.#pending.indexOf(headEnd)
    if (end > mostHeadBytes || (end < 0 && this.#pending.length > mostHeadBytes)) {
      throw new TransportError(`the head of the answer has more than ${mostHeadBytes} bytes`, 'ETOOBIG')
    }
    if (end < 0) return false
    const [first = '', ...lines] = this.#pending.toString('latin1', 0, end).split('\r\n')
    this.#pending = this.#pending.subarray(end + headEnd.length)
    const status = Number(statusLine.exec(first)?.[1])
    if (!(status >= 100) || status === 101) throw bad('its first line is not that of an HTTP/1.1 answer')
    const headers = fields(lines)
    if (status < 200) return true
    this.#head = { status, headers }
    this.#framing = framing(this.#method, status, headers)
    return true
  }

  #takeLength(): boolean {
    const { length } = this.#framing as { readonly length: number }
    if (length > this.#limitBytes) throw this.#tooBig()
    this.#keep(Math.min(this.#pending.length, length - this.#bodyBytes))
    return this.#bodyBytes === length
  }

  #takeChunks(): boolean {
    for (;;) {
      if (this.#chunkRest !== null && this.#chunkRest > 0) {
        const count = Math.min(this.#chunkRest, this.#pending.length)
        this.#keep(count)
        this.#chunkRest -= count
        if (this.#chunkRest > 0) return false
      }
      const line = this.#takeLine()
      if (line === null) return false
      if (this.#inTrailer) {
        if (line === '') return true
      } else if (this.#chunkRest === 0) {
        if (line !== '') throw bad('a chunk does not end where it should')
        this.#chunkRest = null
      } else {
        const size = Number.parseInt(chunkSize.exec(line)?.[1] ?? '', 16)
        if (Number.isNaN(size)) throw bad('the size of a chunk is not a hexadecimal number')
        if (size === 0) this.#inTrailer = true
        else this.#chunkRest = size
      }
    }
  }

  /** The next line without its end; null while it is not there in full. */
  #takeLine(): string | null {
    const end = this.#pending.indexOf('\r\n')
    if (end > mostHeadBytes || (end < 0 && this.#pending.length > mostHeadBytes))
      throw bad('a line is too long')
    if (end < 0) return null
    const line = this.#pending.toString('latin1', 0, end)
    this.#pending = this.#pending.subarray(end + 2)
    return line
  }

  /** Moves bytes from the connection to the body. */
  #keep(count: number): void {
    this.#bodyBytes += count
    if (this.#bodyBytes > this.#limitBytes) throw this.#tooBig()
    this.#body.push(this.#pending.subarray(0, count))
    this.#pending = this.#pending.subarray(count)
  }

  #tooBig(): TransportError {
    return new TransportError(`the answer has more than ${this.#limitBytes} bytes`, 'ETOOBIG')
  }
}

function fields(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const [, name, field = ''] = fieldLine.exec(line) ?? []
    const value = field.replace(/^[ \t]+/, '').replace(/(?<![ \t])[ \t]+$/, '')
    if (name === undefined || value.includes('\0')) throw bad('a line of its head is not `name: value`')
    const key = name.toLowerCase()
    headers[key] = Object.hasOwn(headers, key) ? `${headers[key]}, ${value}` : value
  }
  return headers
}

function framing(method: string, status: number, headers: Readonly<Record<string, string>>): Framing {
  const { 'transfer-encoding': coding, 'content-length': length } = headers
  if (coding !== undefined && length !== undefined) throw bad('it has both a length and a transfer coding')
  if (method === 'HEAD' || status === 204 || status === 304) return { kind: 'length', length: 0 }
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') throw bad('its transfer coding is not `chunked`')
    return { kind: 'chunks' }
  }
  if (length === undefined) return { kind: 'rest' }
  if (!/^\d{1,15}$/.test(length)) throw bad('its length is not one number')
  return { kind: 'length', length: Number(length) }
}

function bad(what: string): TransportError {
  return new TransportError(`the answer is not valid HTTP: ${what}`, 'EBADANSWER')
}
