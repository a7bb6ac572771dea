import type { IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'

/** Why a request is answered before anything reads it. */
export interface Refusal {
  readonly status: 400 | 421
  readonly message: string
}

type RequestHead = Pick<IncomingMessage, 'rawHeaders' | 'url'>

/**
 * Refuses what two readers of a request could understand differently (S-54): no `Host` or several, a target that names
 * another host than `Host` does or a user, a transfer coding other than `chunked`; and a host that is not ours, by which a
 * page in a browser could reach a server on its own machine. `null` = goes on.
 */
export function admissionRefusal(head: RequestHead, isOurs: (name: string) => boolean): Refusal | null {
  const refuse = (message: string): Refusal => ({ status: 400, message })
  const hosts = valuesOf(head, 'host')
  if (hosts.length > 1) return refuse('the request has more than one Host header')
  const host = hosts[0] ?? ''
  if (host === '') return refuse('the request has no Host header')
  for (const coding of valuesOf(head, 'transfer-encoding'))
    if (coding.toLowerCase() !== 'chunked') return refuse('the only transfer coding taken is `chunked`')
  const target = head.url ?? ''
  const name = hostName(host)
  if (name === null) return refuse('the Host header is not a host and a port')
  if (!target.startsWith('/')) {
    const [, authority = ''] = /^https?:\/\/([^/?#]*)/i.exec(target) ?? []
    const named = hostName(authority)
    if (named === null) return refuse('the request target is neither a path nor an http URL of this server')
    if (named !== name) return refuse('the request target names another host than its Host header')
  }
  if (isOurs(name)) return null
  return {
    status: 421,
    message: `this server is not \`${name.slice(0, 100)}\`; its operator can add the name with --allowed-host`,
  }
}

/**
 * Answers whether a name is one of the server's: those that were configured, addresses, names without a dot, and localhost.
 * Only a name with a dot can be somebody else's who points it at this machine.
 */
export function hostsOf(configured: readonly string[]): (name: string) => boolean {
  const known = new Set(configured.map((name) => name.toLowerCase()))
  return (name) =>
    known.has(name) ||
    !name.includes('.') ||
    isIP(name) !== 0 ||
    name.startsWith('[') ||
    name.endsWith('.localhost')
}

/** Writes the refusal in the shape of every other one, and ends the connection: what follows on it is not believed. */
export function answerRefusal(response: ServerResponse, { status, message }: Refusal): void {
  const body = `${JSON.stringify({ code: status, message })}\n`
  response.writeHead(status, {
    connection: 'close',
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(body)
}

function valuesOf({ rawHeaders }: RequestHead, name: string): readonly string[] {
  const values: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    // The length tells nearly all others apart.
    if (rawHeaders[index]!.length === name.length && rawHeaders[index]!.toLowerCase() === name)
      values.push(rawHeaders[index + 1]!)
  }
  return values
}

/** The host of `host:port` in lower case, a dot at its end left out; `null` when it is not of that form. */
function hostName(authority: string): string | null {
  const [, name] = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(authority) ?? []
  return name === undefined ? null : name.toLowerCase().replace(/\.$/, '')
}
