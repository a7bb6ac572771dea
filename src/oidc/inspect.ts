import { type FetchedKey, keyChecks } from './inspect-keys.ts'
import { isPrivateHost } from './private-host.ts'
import { type ReadCertificates, thumbprintOf } from './thumbprint.ts'

/** One check of an issuer: what was wanted, what was found, and what to do about it. */
export interface IssuerCheck {
  readonly id: string
  readonly ok: boolean
  readonly wanted: string
  readonly got: string
  /** `''` when the check holds. */
  readonly fix: string
}

/** One fetched document. */
export interface FetchedDocument {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  readonly milliseconds: number
}

/**
 * Fetches once, without following redirects; rejects when no answer comes. Certificates that nothing vouches for are
 * taken only when `insecure`: they have been complained of then, and the rest is still worth a look.
 */
export type FetchDocument = (url: string, insecure: boolean) => Promise<FetchedDocument>

const longestUrl = 255
const slowestMilliseconds = 5000
const largestBytes = 1024 * 1024

/**
 * Checks an issuer as AWS would before it accepts a token: its URL, the discovery document and the key set. Later checks
 * are left out when an earlier one makes them impossible.
 *
 * @see the AWS specification §1.1, §2.3; OpenID Connect Discovery 1.0 section 4.3
 */
export async function inspectIssuer(
  issuer: string,
  fetchDocument: FetchDocument,
  readCertificates: ReadCertificates | null = null,
): Promise<readonly IssuerCheck[]> {
  const checks = urlChecks(issuer)
  const url = URL.parse(issuer)
  if (url === null || !/^https?:$/.test(url.protocol)) return checks
  const tls = await certificateChecks('discovery', url, readCertificates)
  checks.push(...tls.checks)
  const configuration = `${issuer}/.well-known/openid-configuration`
  const discovery = await read('discovery', configuration, (from) => fetchDocument(from, tls.insecure))
  checks.push(...discovery.checks)
  if (discovery.json === null) return checks
  const { issuer: said, jwks_uri: jwksUri } = discovery.json
  checks.push(
    check(
      'discovery.issuer',
      said === issuer,
      `exactly ${issuer}`,
      shown(said),
      'make `issuer` and the URL in AWS the same, character for character',
    ),
    ...memberChecks(discovery.json),
  )
  const place = typeof jwksUri === 'string' ? URL.parse(jwksUri) : null
  const secure = place !== null && place.protocol === 'https:' && place.username === ''
  checks.push(
    check(
      'jwks.url',
      secure,
      'an https URL in `jwks_uri`',
      shown(jwksUri),
      'serve the keys over https and name the URL in `jwks_uri`',
    ),
  )
  if (place === null || !/^https?:$/.test(place.protocol)) return checks
  const isElsewhere = place.host !== url.host
  if (isElsewhere) {
    checks.push(
      check(
        'jwks.reachable',
        !isPrivateHost(place.hostname),
        'a host on the public internet in `jwks_uri`',
        place.hostname,
        'AWS fetches from the internet: publish the keys under a public name',
      ),
    )
  }
  // An issuer must not lead whoever looks at it to hosts of the network that they look from.
  if (isElsewhere && (!secure || (isPrivateHost(place.hostname) && !isPrivateHost(url.hostname))))
    return checks
  const jwksTls = isElsewhere ? await certificateChecks('jwks', place, readCertificates) : tls
  if (isElsewhere) checks.push(...jwksTls.checks)
  const jwks = await read('jwks', place.href, (from) => fetchDocument(from, jwksTls.insecure))
  checks.push(...jwks.checks)
  const keys = jwks.json?.['keys']
  if (jwks.json !== null) {
    checks.push(
      check(
        'jwks.keys',
        Array.isArray(keys),
        'an array in `keys`',
        Array.isArray(keys) ? 'one' : 'none',
        'publish a JSON Web Key Set',
      ),
    )
  }
  if (Array.isArray(keys)) checks.push(...keyChecks(keys as readonly FetchedKey[]))
  return checks
}

function urlChecks(issuer: string): IssuerCheck[] {
  const url = URL.parse(issuer)
  // The parser drops `:443`, and so does IAM: the provider's URL would then differ from `iss`.
  const port = /^[a-z]+:\/\/[^/?#]*?:(\d*)(?:[/?#]|$)/i.exec(issuer)?.[1] ?? ''
  const bare = !/[?#]/.test(issuer) && url?.username === '' && url.password === ''
  return [
    check(
      'url.scheme',
      issuer.startsWith('https://'),
      'https',
      url === null ? shown(issuer) : url.protocol.slice(0, -1),
      'put a TLS proxy in front and set the issuer’s base URL to it',
    ),
    check(
      'url.port',
      port === '',
      'no port',
      port || 'none',
      'serve the issuer on port 443 and leave the port out',
    ),
    check(
      'url.plain',
      bare,
      'no user, query or fragment',
      bare ? 'none' : 'some',
      'leave them out of the issuer',
    ),
    check(
      'url.slash',
      !issuer.endsWith('/'),
      'no trailing slash',
      issuer.endsWith('/') ? 'one' : 'none',
      'AWS keeps the slash: leave it out everywhere',
    ),
    check(
      'url.length',
      issuer.length <= longestUrl,
      `at most ${longestUrl} characters`,
      String(issuer.length),
      'choose a shorter URL',
    ),
    check(
      'url.reachable',
      !isPrivateHost(url?.hostname ?? ''),
      'a host on the public internet',
      url?.hostname ?? 'none',
      'AWS fetches from the internet: publish both documents under a public name',
    ),
  ]
}

/** Whether public authorities vouch for a host, and whether its name leads to a public address from here. */
async function certificateChecks(
  name: string,
  url: URL,
  readCertificates: ReadCertificates | null,
): Promise<{ readonly checks: readonly IssuerCheck[]; readonly insecure: boolean }> {
  const nothing = { checks: [], insecure: false }
  if (readCertificates === null || url.protocol !== 'https:') return nothing
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  // Without a handshake there is nothing to look at; fetching the document will say why.
  const presented = await readCertificates(host, Number(url.port || 443)).catch(() => null)
  if (presented === null) return nothing
  const { chain, problem, address } = presented
  const thumbprint = thumbprintOf(chain) ?? 'none was sent'
  const checks = [
    check(
      `${name}.certificate`,
      problem === '',
      'a certificate that public authorities vouch for',
      problem === '' ? 'one' : problem,
      `use a public authority’s, with its intermediate certificates; else AWS takes it only when the identity provider lists the thumbprint ${thumbprint}`,
    ),
    check(
      `${name}.address`,
      !isPrivateHost(address),
      `a public address behind ${host}`,
      address || 'an unknown one',
      'from here the name leads inside a network: AWS must find it outside',
    ),
  ]
  return { checks, insecure: problem !== '' }
}

interface Read {
  readonly checks: readonly IssuerCheck[]
  readonly json: { readonly [member: string]: unknown } | null
}

async function read(
  name: string,
  url: string,
  fetchDocument: (url: string) => Promise<FetchedDocument>,
): Promise<Read> {
  let answer: FetchedDocument
  try {
    answer = await fetchDocument(url)
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    const fix = 'AWS must reach it over TLS with a certificate that public authorities vouch for'
    return { checks: [check(`${name}.answer`, false, `an answer of ${url}`, said, fix)], json: null }
  }
  const { status, headers, body, milliseconds } = answer
  const redirected = status >= 300 && status < 400
  const type = headers['content-type'] ?? 'none'
  const json = status === 200 ? jsonObject(body) : null
  const checks = [
    check(
      `${name}.answer`,
      status === 200,
      `status 200 of ${url}`,
      String(status),
      redirected ? 'AWS must not be redirected: answer here' : 'serve the document without authentication',
    ),
    check(
      `${name}.time`,
      milliseconds <= slowestMilliseconds,
      `within ${slowestMilliseconds / 1000} s`,
      `${Math.round(milliseconds)} ms`,
      'AWS gives up after about 5 s: serve it from memory or a CDN',
    ),
    check(
      `${name}.size`,
      body.length <= largestBytes,
      'at most 1 MiB',
      `${body.length} bytes`,
      'publish only what is needed',
    ),
  ]
  if (status === 200) {
    checks.push(
      check(
        `${name}.type`,
        /^application\/([\w.+-]+\+)?json\b/i.test(type),
        'application/json',
        type,
        'send `Content-Type: application/json`',
      ),
      check(
        `${name}.json`,
        json !== null,
        'a JSON object',
        json === null ? 'something else' : 'one',
        'serve a JSON object',
      ),
    )
  }
  return { checks, json }
}

function memberChecks(discovery: { readonly [member: string]: unknown }): IssuerCheck[] {
  const algorithms = discovery['id_token_signing_alg_values_supported']
  const known = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512']
  const listed = Array.isArray(algorithms) ? algorithms.map(String) : []
  const lists = ['response_types_supported', 'subject_types_supported', 'claims_supported']
  return [
    check(
      'discovery.algorithms',
      listed.some((name) => known.includes(name)),
      `one of ${known.join(', ')}`,
      listed.join(', ') || 'none',
      'sign with an algorithm that AWS knows and list it',
    ),
    ...lists.map((name) =>
      check(
        `discovery.${name}`,
        Array.isArray(discovery[name]),
        'a list',
        shown(discovery[name]),
        `list \`${name}\` in the discovery document`,
      ),
    ),
  ]
}

function jsonObject(body: Uint8Array): Read['json'] {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(body))
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Read['json'])
      : null
  } catch {
    return null
  }
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

function check(id: string, ok: boolean, wanted: string, got: string, fix: string): IssuerCheck {
  return { id, ok, wanted, got, fix: ok ? '' : fix }
}
