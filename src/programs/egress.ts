import { lookup as systemLookup } from 'node:dns'
import { request as open } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { VendorAnswer, VendorRequest } from '../providers/index.ts'
import type { HookRequest, HookResponse } from '../service/index.ts'
import { isMetadataAddress, isPublicAddress } from './addresses.ts'
import { isPinned } from './pinned-certificate.ts'

/** What the door is told by the operator; never by a request (S-50). */
export interface EgressOptions {
  /** `host:port` of targets inside that may be called all the same. Metadata services never may. */
  readonly allowed?: readonly string[]
  /** In milliseconds: until a connection stands, and until its answer begins; shorter ones in tests. */
  readonly budgets?: { readonly connect: number; readonly headers: number }
  /** How names become addresses; the system's way by default. */
  readonly lookup?: LookupFunction
  /** Is told why a target was not reached; callers are not (S-51). */
  readonly log?: (fact: { readonly host: string; readonly why: string }) => void
}

/** The one door through which the server calls out to places that its users name (S-49). */
export interface Egress {
  /** Delivers a webhook. @throws EgressError */
  sendHook(request: HookRequest): Promise<HookResponse>
  /** One call to a vendor's API, which answers in JSON. @throws EgressError */
  callVendor(request: VendorRequest, signal: AbortSignal): Promise<VendorAnswer>
  /**
   * A JSON document of another issuer, 1 MiB at most. Where no known authority vouches for its certificate, one of `thumbprints`
   * (SHA-256, lower-case hex) may. @throws EgressError
   */
  fetchDocument(url: string, thumbprints?: readonly string[]): Promise<string>
  /** Why a URL could never be called, for whoever saves it; null when only its addresses are left to be checked. */
  refusalOf(url: string): string | null
}

/** A target was refused, unreachable, too slow or too talkative: one class, one text, so that nobody maps a network by it. */
export class EgressError extends Error {
  constructor(options: ErrorOptions = {}) {
    super('the target could not be reached', options)
    this.name = 'EgressError'
  }
}

interface Call {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly milliseconds: number
  readonly mostBytes: number
  /** The caller's own wish to stop. */
  readonly signal?: AbortSignal
  /** Certificates that count where no authority vouches. */
  readonly thumbprints?: readonly string[]
}

interface Answer {
  readonly status: number
  readonly headers: string
  readonly body: Buffer
}

/** Of any call: until a connection stands, and until its answer begins. */
const connectMilliseconds = 3_000
const headersMilliseconds = 10_000
const hookMilliseconds = 10_000
const hookBytes = 8 * 1024 * 1024
const keptHookBytes = 16_384
const vendorMilliseconds = 30_000
const vendorBytes = 8 * 1024 * 1024
const documentMilliseconds = 5_000
const documentBytes = 1_048_576

/**
 * The door: https only, on port 443, to names whose every address is public; the connection goes to the address that was
 * checked; no redirect is followed, no proxy and no compression is used, time and size are bounded.
 */
export function createEgress(options: EgressOptions = {}): Egress {
  const call = async (request: Call): Promise<Answer> => {
    try {
      return await send(request, options)
    } catch (cause) {
      options.log?.({
        host: URL.parse(request.url)?.host ?? '',
        why: cause instanceof Error ? cause.message : '',
      })
      throw new EgressError({ cause })
    }
  }
  return {
    async sendHook({ url, headers, body }) {
      const answer = await call({
        method: 'POST',
        url,
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        body,
        milliseconds: hookMilliseconds,
        mostBytes: hookBytes,
      })
      const kept = answer.body.subarray(0, keptHookBytes).toString('utf8').slice(0, keptHookBytes)
      return { status: answer.status, headers: answer.headers, body: kept }
    },
    async callVendor({ url, headers, body }, signal) {
      const text = JSON.stringify(body)
      const answer = await call({
        method: 'POST',
        url,
        headers: {
          ...headers,
          accept: 'application/json',
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(text)),
        },
        body: text,
        milliseconds: vendorMilliseconds,
        mostBytes: vendorBytes,
        signal,
      })
      const wait = /^retry-after: (\d{1,6})$/m.exec(answer.headers)?.[1]
      return {
        status: answer.status,
        retryAfterSeconds: wait === undefined ? null : Number(wait),
        body: jsonObject(answer.body),
      }
    },
    async fetchDocument(url, thumbprints = []) {
      const answer = await call({
        method: 'GET',
        url,
        headers: { accept: 'application/json' },
        body: '',
        milliseconds: documentMilliseconds,
        mostBytes: documentBytes,
        thumbprints,
      })
      if (answer.status !== 200) throw new EgressError({ cause: new Error(`status ${answer.status}`) })
      return answer.body.toString('utf8')
    },
    refusalOf(text) {
      try {
        const url = checkedTarget(text, options.allowed ?? [])
        return isAllowed(url, options.allowed ?? []) || !isNeverPublic(url) ? null : 'a name inside'
      } catch (error) {
        return (error as Error).message
      }
    },
  }
}

async function send(call: Call, options: EgressOptions): Promise<Answer> {
  const url = checkedTarget(call.url, options.allowed ?? [])
  const inside = isAllowed(url, options.allowed ?? [])
  const pins = call.thumbprints ?? []
  const deadline = AbortSignal.timeout(call.milliseconds)
  const signal = call.signal === undefined ? deadline : AbortSignal.any([deadline, call.signal])
  return await new Promise((resolve, reject) => {
    const outgoing = open(url, {
      method: call.method,
      headers: call.headers,
      lookup: checkedLookup(options.lookup ?? (systemLookup as LookupFunction), inside),
      agent: false,
      signal,
      maxHeaderSize: 16_384,
      // Without registered certificates nothing but an authority's word counts; with them it is looked at below.
      rejectUnauthorized: pins.length === 0,
    })
    const budgets = options.budgets ?? { connect: connectMilliseconds, headers: headersMilliseconds }
    const endAfter = (milliseconds: number, what: string) =>
      setTimeout(() => outgoing.destroy(new Error(`${what} within ${milliseconds} ms`)), milliseconds)
    const connecting = endAfter(budgets.connect, 'no connection')
    const answering = endAfter(budgets.headers, 'no answer')
    outgoing.once('socket', (socket) => socket.once('secureConnect', () => clearTimeout(connecting)))
    outgoing.once('close', () => [connecting, answering].forEach(clearTimeout))
    if (pins.length > 0)
      outgoing.once('socket', (socket) => requirePinned(socket as TLSSocket, pins, bare(url)))
    outgoing.once('error', reject)
    outgoing.once('response', (incoming) => {
      clearTimeout(answering)
      const chunks: Buffer[] = []
      let size = 0
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > call.mostBytes) incoming.destroy(new Error('the answer is too long'))
        else chunks.push(chunk)
      })
      incoming.once('error', reject)
      incoming.once('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: Object.entries(incoming.headers)
            .map(([name, value]) => `${name}: ${String(value)}`)
            .join('\n'),
          body: Buffer.concat(chunks),
        }),
      )
    })
    outgoing.end(call.body)
  })
}

/** Ends a connection before anything of its answer is read, when neither an authority nor a thumbprint vouches for it. */
function requirePinned(socket: TLSSocket, pins: readonly string[], host: string): void {
  socket.once('secureConnect', () => {
    if (socket.authorized) return
    const leaf = socket.getPeerX509Certificate()
    if (leaf !== undefined && isPinned(leaf, pins, host, Date.now())) return
    socket.destroy(new Error('the certificate is neither vouched for nor registered'))
  })
}

/** The JSON object in a body, or null: a vendor's answer is data, whatever it says it is. */
function jsonObject(body: Buffer): { readonly [name: string]: unknown } | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}

/** The URL, when it may be called as far as can be told before its name is resolved. */
function checkedTarget(text: string, allowed: readonly string[]): URL {
  const url = URL.parse(text)
  if (url === null || url.protocol !== 'https:') throw new Error('not an https URL')
  if (url.username !== '' || url.password !== '') throw new Error('a user in the URL')
  if (isAllowed(url, allowed)) {
    if (isMetadataAddress(bare(url))) throw new Error('a metadata service')
    return url
  }
  if (url.port !== '') throw new Error(`port ${url.port}`)
  // Public services have names; a number in place of one is somebody's network.
  if (isIP(bare(url)) !== 0) throw new Error('an address in place of a name')
  return url
}

/** Names that no public name server knows (RFC 6761, RFC 6762, ICANN's `.internal`), and those without a domain. */
function isNeverPublic(url: URL): boolean {
  const name = bare(url).replace(/\.$/, '')
  return !name.includes('.') || /\.(?:localhost|local|internal|home\.arpa)$/.test(name)
}

function isAllowed(url: URL, allowed: readonly string[]): boolean {
  return allowed.includes(`${url.hostname}:${url.port || '443'}`)
}

function bare({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

/** Resolves a name, refuses it when any of its addresses may not be called, and hands on only what was checked. */
function checkedLookup(lookup: LookupFunction, inside: boolean): LookupFunction {
  const mayCall = (address: string) => (inside ? !isMetadataAddress(address) : isPublicAddress(address))
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, '', 0)
      const addresses = Array.isArray(found) ? found : [{ address: found, family: isIP(found) }]
      const [first] = addresses
      if (first === undefined || !addresses.every(({ address }) => mayCall(address))) {
        return done(Object.assign(new Error('a private address'), { code: 'EACCES' }), '', 0)
      }
      return options.all ? done(null, addresses) : done(null, first.address, first.family)
    })
  }
}
