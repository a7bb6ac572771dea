import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { headerLimitBytes, urlLimitBytes } from '../http/index.ts'

/** What the HTTP parser says of a request that it gives up: its code, and the bytes that it had before it. */
interface ParserError extends NodeJS.ErrnoException {
  readonly rawPacket?: Uint8Array
}

/** Answers a request that never became one, in the shape of every other refusal (S-54), and ends the connection. */
export function refuseMalformed(error: ParserError, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  // What follows the last request of a connection is nobody's; the answer to that request is on its way.
  if (error.code === 'HPE_CLOSED_CONNECTION') {
    socket.end()
    return
  }
  const [status, message] = refusalOf(error)
  refuse(socket, status, { message })
}

function refusalOf({ code, rawPacket }: ParserError): readonly [status: number, message: string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [408, 'the request was not complete in time']
  if (code !== 'HPE_HEADER_OVERFLOW') return [400, 'the request is not valid HTTP/1.1']
  const start = Buffer.from(rawPacket ?? []).toString('latin1', 0, urlLimitBytes + 16)
  return /^[A-Z]+ \S{8192}/.test(start)
    ? [414, `the URL is longer than ${urlLimitBytes} bytes`]
    : [431, `the headers have more than ${headerLimitBytes} bytes`]
}

/** Writes a refusal to a connection that no request was read from, and ends it. */
export function refuse(
  socket: Duplex,
  status: number,
  { message, headers = [] }: { readonly message: string; readonly headers?: readonly string[] },
): void {
  const body = `${JSON.stringify({ code: status, message })}\n`
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Connection: close',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      ...headers,
      '',
      body,
    ].join('\r\n'),
  )
}
