import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { AwsRefusal } from './protocol/aws-refusal.ts'
import { amzDate, parseAmzDate } from './protocol/instant.ts'

/** A request as it came over the wire; `query` is raw and without its question mark. */
export interface WireRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Headers
  readonly body: Uint8Array
}

/** A Signature Version 4 as presented, before anything about it was believed. */
export interface Signature {
  readonly form: 'header' | 'query'
  readonly accessKeyId: string
  readonly day: string
  readonly region: string
  readonly service: string
  readonly signedAt: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  readonly sessionToken: string | null
  /** How long a pre-signed request stays good. */
  readonly expiresSeconds: number | null
}

const algorithm = 'AWS4-HMAC-SHA256'
const skewMs = 15 * 60 * 1000
const maxPresignedSeconds = 7 * 24 * 3600

/**
 * The signature of a request, from the `Authorization` header or the query; `null` for an unsigned one.
 *
 * @throws AwsRefusal `IncompleteSignature` (400) naming what is missing
 */
export function readSignature(request: WireRequest): Signature | null {
  const authorization = request.headers.get('authorization')
  if (authorization !== null) return fromHeader(authorization, request.headers)
  const query = new Map(parseRawQuery(request.query))
  if (query.has('X-Amz-Algorithm') || query.has('X-Amz-Signature')) return fromQuery(query)
  return null
}

function fromHeader(authorization: string, headers: Headers): Signature {
  const [scheme = '', ...rest] = authorization.trim().split(/\s+/)
  if (scheme !== algorithm) {
    throw incomplete(`Unsupported AWS 'algorithm': '${scheme.slice(0, 32)}'. Only ${algorithm} is supported.`)
  }
  const parts = new Map<string, string>()
  for (const part of rest.join('').split(',')) {
    const split = part.indexOf('=')
    if (split > 0) parts.set(part.slice(0, split), part.slice(split + 1))
  }
  const want = (name: string): string => {
    const value = parts.get(name)
    if (value) return value
    throw incomplete(`Authorization header requires '${name}' parameter.`)
  }
  const signedAt = headers.get('x-amz-date') ?? dateHeader(headers)
  if (signedAt === null) {
    throw incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
  }
  return {
    form: 'header',
    ...readScope(want('Credential')),
    signedHeaders: want('SignedHeaders').split(';'),
    signature: want('Signature'),
    signedAt,
    sessionToken: headers.get('x-amz-security-token'),
    expiresSeconds: null,
  }
}

function dateHeader(headers: Headers): string | null {
  const at = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(at) ? null : amzDate(at)
}

function fromQuery(query: ReadonlyMap<string, string>): Signature {
  const want = (name: string): string => {
    const value = query.get(name)
    if (value) return value
    throw incomplete(`AWS query-string parameters must include '${name}'.`)
  }
  if (want('X-Amz-Algorithm') !== algorithm) {
    throw incomplete(`Unsupported AWS 'algorithm'. Only ${algorithm} is supported.`)
  }
  const expires = want('X-Amz-Expires')
  const expiresSeconds = /^\d{1,6}$/.test(expires) ? Number(expires) : Number.NaN
  if (!(expiresSeconds >= 1 && expiresSeconds <= maxPresignedSeconds)) {
    throw incomplete(`X-Amz-Expires must be between 1 and ${maxPresignedSeconds} seconds`)
  }
  return {
    form: 'query',
    ...readScope(want('X-Amz-Credential')),
    signedHeaders: want('X-Amz-SignedHeaders').split(';'),
    signature: want('X-Amz-Signature'),
    signedAt: want('X-Amz-Date'),
    sessionToken: query.get('X-Amz-Security-Token') ?? null,
    expiresSeconds,
  }
}

function readScope(credential: string): Pick<Signature, 'accessKeyId' | 'day' | 'region' | 'service'> {
  const [accessKeyId, day, region, service, terminator, ...more] = credential.split('/')
  if (!accessKeyId || !day || !region || !service || terminator !== 'aws4_request' || more.length > 0) {
    throw incomplete(
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term',
    )
  }
  return { accessKeyId, day, region, service }
}

function incomplete(message: string): AwsRefusal {
  return new AwsRefusal('IncompleteSignature', 400, message, {
    reasonCode: 'INCOMPLETE_SIGNATURE',
    reason: message,
    suggestion: 'sign the call with an AWS SDK or the AWS CLI',
  })
}

/**
 * Checks a signature that `readSignature` gave against the secret of its access key.
 *
 * @throws AwsRefusal `SignatureDoesNotMatch` (403) for a wrong scope, time, header list or signature,
 *   `RequestExpired` (400) for a pre-signed request past its time
 */
export function verifySignature(
  request: WireRequest,
  signature: Signature,
  secret: string,
  service: string,
  nowMs: number,
): void {
  if (signature.service !== service) {
    throw mismatch(`Credential should be scoped to correct service: '${service}'.`)
  }
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(signature.region)) {
    throw mismatch('Credential should be scoped to a valid region.')
  }
  checkTime(signature, nowMs)
  if (!signature.signedHeaders.includes('host')) {
    throw mismatch("'Host' must be a 'SignedHeader' in the AWS Authorization.")
  }
  const expected = sign(secret, signature, canonicalRequest(request, signature))
  const given = Buffer.from(signature.signature)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw mismatch(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    )
  }
}

function checkTime(signature: Signature, nowMs: number): void {
  const at = parseAmzDate(signature.signedAt)
  if (Number.isNaN(at)) throw incomplete('Date must be in ISO-8601 basic format, e.g. 20260101T000000Z')
  if (!signature.signedAt.startsWith(signature.day)) {
    throw mismatch(
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.',
    )
  }
  if (at > nowMs + skewMs) {
    const edge = `${amzDate(nowMs + skewMs)} (${amzDate(nowMs)} + 15 min.)`
    throw mismatch(`Signature not yet current: ${signature.signedAt} is still later than ${edge}`)
  }
  if (signature.expiresSeconds !== null) {
    if (at + signature.expiresSeconds * 1000 >= nowMs) return
    throw new AwsRefusal('RequestExpired', 400, 'Request has expired.', {
      reasonCode: 'REQUEST_EXPIRED',
      reason: `the request was signed at ${signature.signedAt} for ${signature.expiresSeconds} seconds, and it is ${amzDate(nowMs)}`,
      suggestion: 'sign a new request',
    })
  }
  if (at < nowMs - skewMs) {
    const edge = `${amzDate(nowMs - skewMs)} (${amzDate(nowMs)} - 15 min.)`
    throw mismatch(`Signature expired: ${signature.signedAt} is now earlier than ${edge}`)
  }
}

function mismatch(message: string): AwsRefusal {
  return new AwsRefusal('SignatureDoesNotMatch', 403, message, {
    reasonCode: 'SIGNATURE_MISMATCH',
    reason: message,
    suggestion:
      'check the secret access key, the endpoint the client signs for, and the clock of both machines',
  })
}

function canonicalRequest(request: WireRequest, signature: Signature): string {
  const query = parseRawQuery(request.query)
    .filter(([name]) => signature.form === 'header' || name !== 'X-Amz-Signature')
    .map(([name, value]) => [encodeStrict(name), encodeStrict(value)] as const)
    .sort(([a, av], [b, bv]) => compare(a, b) || compare(av, bv))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  const names = [...signature.signedHeaders].sort(compare)
  const headers = names.map((name) => {
    const value = (request.headers.get(name) ?? '').trim().replaceAll(/ +/g, ' ')
    return `${name.toLowerCase()}:${value}\n`
  })
  const path = request.path.split('/').map(encodeStrict).join('/')
  const hash = createHash('sha256').update(request.body).digest('hex')
  return [request.method, path, query, headers.join(''), names.join(';'), hash].join('\n')
}

function sign(secret: string, signature: Signature, canonical: string): Buffer {
  const scope = `${signature.day}/${signature.region}/${signature.service}/aws4_request`
  const digest = createHash('sha256').update(canonical).digest('hex')
  const steps = [signature.day, signature.region, signature.service, 'aws4_request']
  const key = steps.reduce<Buffer>((link, step) => hmac(link, step), Buffer.from(`AWS4${secret}`))
  const text = [algorithm, signature.signedAt, scope, digest].join('\n')
  return Buffer.from(hmac(key, text).toString('hex'))
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function parseRawQuery(query: string): (readonly [string, string])[] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const split = pair.indexOf('=')
      return split < 0
        ? ([decode(pair), ''] as const)
        : ([decode(pair.slice(0, split)), decode(pair.slice(split + 1))] as const)
    })
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new AwsRefusal('MalformedQueryString', 400, 'The query string contains a syntax error.')
  }
}

function encodeStrict(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
