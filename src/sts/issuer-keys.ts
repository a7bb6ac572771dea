import { isLinkLocal, isLoopbackHost } from './issuer-url.ts'

/** The part of `fetch` that is needed; handed in. */
export type Fetch = (input: string, init: RequestInit) => Promise<Response>

/** One key of a JWKS as it was read. */
export type JsonWebKeyRecord = { readonly [member: string]: unknown }

/** An issuer's keys, or in words why there are none. */
export type KeysAnswer =
  | { readonly keys: readonly JsonWebKeyRecord[] }
  | { readonly problem: string; readonly suggestion: string }

/** Reads and caches the keys of issuers. */
export interface IssuerKeys {
  /**
   * The keys of an issuer. A `kid` that the cached set lacks causes one refetch, at most every 30 s.
   */
  readonly keysOf: (issuer: string, kid: string | null, nowMs: number) => Promise<KeysAnswer>
  readonly clear: () => void
}

/** What reading an issuer depends on. */
export interface IssuerKeysOptions {
  readonly fetch: Fetch
  /** Addresses of a host name, so that link-local ones can be refused; without it only literals are. */
  readonly resolve?: ((host: string) => Promise<readonly string[]>) | undefined
  readonly allowLinkLocal?: boolean | undefined
  /** Default 5 s, which is about what AWS waits. */
  readonly timeoutMs?: number | undefined
}

interface Entry {
  readonly keys: readonly JsonWebKeyRecord[]
  readonly fetchedAtMs: number
  readonly expiresAtMs: number
}

const maxBodyBytes = 1024 * 1024
const maxAgeSeconds = 3600
const defaultAgeSeconds = 300
const refetchFloorMs = 30_000
const maxRedirects = 3

/** A cache over `fetch`: `Cache-Control: max-age` up to 1 h, 5 minutes without one. */
export function createIssuerKeys(options: IssuerKeysOptions): IssuerKeys {
  const cache = new Map<string, Entry>()
  const pending = new Map<string, Promise<KeysAnswer>>()

  const refresh = (issuer: string, nowMs: number): Promise<KeysAnswer> => {
    const running = pending.get(issuer)
    if (running !== undefined) return running
    const reading = readIssuer(options, issuer)
      .then((read): KeysAnswer => {
        const entry = { keys: read.keys, fetchedAtMs: nowMs, expiresAtMs: nowMs + read.ageSeconds * 1000 }
        cache.set(issuer, entry)
        return entry
      })
      .catch((error: unknown): KeysAnswer => {
        if (error instanceof IssuerProblem) return { problem: error.message, suggestion: error.suggestion }
        throw error
      })
      .finally(() => pending.delete(issuer))
    pending.set(issuer, reading)
    return reading
  }
  return {
    async keysOf(issuer, kid, nowMs) {
      const entry = cache.get(issuer)
      if (entry === undefined || nowMs >= entry.expiresAtMs) return refresh(issuer, nowMs)
      const known = kid === null || entry.keys.some((key) => key['kid'] === kid)
      if (known || nowMs - entry.fetchedAtMs < refetchFloorMs) return entry
      return refresh(issuer, nowMs)
    },
    clear: () => cache.clear(),
  }
}

class IssuerProblem extends Error {
  readonly suggestion: string
  constructor(message: string, suggestion: string) {
    super(message)
    this.suggestion = suggestion
  }
}

/** One reading of an issuer: `plainHttp` is true for an issuer whose own URL is `http` on loopback. */
interface Reading extends IssuerKeysOptions {
  readonly plainHttp: boolean
  readonly signal: AbortSignal
}

async function readIssuer(
  options: IssuerKeysOptions,
  issuer: string,
): Promise<{ keys: readonly JsonWebKeyRecord[]; ageSeconds: number }> {
  const discoveryUrl = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const reading: Reading = {
    ...options,
    plainHttp: issuer.startsWith('http:'),
    signal: AbortSignal.timeout(options.timeoutMs ?? 5000),
  }
  const discovery = await readJson(reading, discoveryUrl)
  if (discovery.json['issuer'] !== issuer) {
    const got = typeof discovery.json['issuer'] === 'string' ? `\`${discovery.json['issuer']}\`` : 'none'
    throw new IssuerProblem(
      `the discovery document must say \`"issuer": "${issuer}"\`, it says ${got.slice(0, 300)}`,
      'make the issuer of the document, the `iss` of the token and the provider URL the same text',
    )
  }
  const jwksUri = discovery.json['jwks_uri']
  if (typeof jwksUri !== 'string') {
    throw new IssuerProblem('the discovery document has no `jwks_uri`', 'add `jwks_uri` to the document')
  }
  const jwks = await readJson(reading, jwksUri)
  const keys = jwks.json['keys']
  if (!Array.isArray(keys)) throw new IssuerProblem('the JWKS has no `keys` array', `look at ${jwksUri}`)
  return { keys: keys.filter(isRecord), ageSeconds: ageSeconds(jwks.cacheControl) }
}

function ageSeconds(cacheControl: string | null): number {
  if (cacheControl === null) return defaultAgeSeconds
  if (/\bno-(store|cache)\b/i.test(cacheControl)) return 0
  const age = /\bmax-age="?(\d{1,9})/i.exec(cacheControl)?.[1]
  return age === undefined ? defaultAgeSeconds : Math.min(Number(age), maxAgeSeconds)
}

async function readJson(
  reading: Reading,
  url: string,
): Promise<{ json: JsonWebKeyRecord; cacheControl: string | null }> {
  const response = await follow(reading, url)
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new IssuerProblem(`${url} answers ${response.status}, wanted 200`, `open ${url} and see why`)
  }
  const text = await bounded(reading, response, url)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new IssuerProblem(`${url} does not answer with JSON`, `open ${url} and see what it serves`)
  }
  if (!isRecord(json))
    throw new IssuerProblem(`${url} answers with JSON that is not an object`, `look at ${url}`)
  return { json, cacheControl: response.headers.get('cache-control') }
}

async function follow(reading: Reading, start: string): Promise<Response> {
  let url = start
  for (let hop = 0; hop <= maxRedirects; hop++) {
    await checkAddress(reading, url)
    const response = await connect(reading, url)
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null) return response
    await response.body?.cancel()
    const next = URL.parse(location, url)
    if (next === null || next.origin !== new URL(start).origin) {
      const suggestion = 'serve the document at the address itself; AWS is not to be relied on for redirects'
      throw new IssuerProblem(`${url} redirects to another origin`, suggestion)
    }
    url = next.href
  }
  throw new IssuerProblem(`${start} redirects more than ${maxRedirects} times`, 'serve the document directly')
}

async function connect(reading: Reading, url: string): Promise<Response> {
  try {
    const headers = { accept: 'application/json', 'user-agent': 'openesc-aws-sandbox' }
    return await reading.fetch(url, { redirect: 'manual', signal: reading.signal, headers })
  } catch (error) {
    throw unreachable(reading, url, error)
  }
}

function unreachable(reading: Reading, url: string, error: unknown): IssuerProblem {
  if (reading.signal.aborted) {
    const seconds = (reading.timeoutMs ?? 5000) / 1000
    return new IssuerProblem(
      `${url} did not answer within ${seconds} s, the time AWS waits`,
      'make it answer faster',
    )
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
  return new IssuerProblem(`${url} cannot be reached${code}`, 'start the issuer and try again')
}

async function checkAddress(reading: Reading, text: string): Promise<void> {
  const url = URL.parse(text)
  const http = url?.protocol === 'http:' && isLoopbackHost(url.hostname) && reading.plainHttp
  if (url === null || (url.protocol !== 'https:' && !http)) {
    const rule = 'an address must be `https`, or `http` on a loopback host'
    throw new IssuerProblem(`\`${text.slice(0, 200)}\`: ${rule}`, 'correct `jwks_uri`')
  }
  if (reading.allowLinkLocal === true) return
  const host = url.hostname
  const addresses = [host, ...(reading.resolve ? await reading.resolve(host).catch(() => []) : [])]
  if (!addresses.some(isLinkLocal)) return
  throw new IssuerProblem(
    `\`${host}\` is a link-local address, where clouds keep their metadata services`,
    'use another address, or allow link-local issuers in the options',
  )
}

async function bounded(reading: Reading, response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length
      if (size > maxBodyBytes) break
      chunks.push(chunk)
    }
  } catch (error) {
    throw unreachable(reading, url, error)
  }
  if (size <= maxBodyBytes) return Buffer.concat(chunks).toString('utf8')
  throw new IssuerProblem(`${url} answers with more than ${maxBodyBytes} bytes`, 'make the document smaller')
}

function isRecord(value: unknown): value is JsonWebKeyRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
