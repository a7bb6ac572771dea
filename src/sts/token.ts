import { X509Certificate } from 'node:crypto'
import { compactVerify, importJWK, type JWK } from 'jose'
import type { Claims } from '../trust/index.ts'
import type { JsonWebKeyRecord } from './issuer-keys.ts'

/** A token taken apart; nothing about it is verified. */
export interface ParsedToken {
  readonly header: { readonly [name: string]: unknown }
  readonly claims: Claims
}

/** Whether a token is signed with one of the issuer's keys, or in words why none fits. */
export type SignatureAnswer =
  | { readonly kind: 'valid' }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'no-key'; readonly problem: string; readonly suggestion: string }

const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512']
const curves: { readonly [alg: string]: string } = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }
const maxKeysPerType = 100

/** The two JSON objects of a compact JWS; `null` when the text is not one, or carries `crit`. */
export function parseToken(text: string): ParsedToken | null {
  const parts = text.split('.')
  if (parts.length !== 3 || !parts.every((part) => /^[A-Za-z0-9_-]*$/.test(part))) return null
  const header = parseObject(parts[0]!)
  const claims = parseObject(parts[1]!)
  if (header === null || claims === null || Object.hasOwn(header, 'crit')) return null
  return { header, claims }
}

function parseObject(part: string): { readonly [name: string]: unknown } | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url'))
    const value: unknown = JSON.parse(text)
    // An object of JSON.parse has string keys only.
    return isObject(value) ? (value as { readonly [name: string]: unknown }) : null
  } catch {
    return null
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether STS takes tokens of this algorithm. */
export function isSupportedAlgorithm(alg: unknown): alg is string {
  return typeof alg === 'string' && algorithms.includes(alg)
}

/**
 * Checks a token's signature as STS does (aws specification §2.3): at most 100 keys of the token's type, keys
 * need a `kid`, the last of a repeated `kid` counts, `use: enc` is ignored, `key_ops` spoils a key, the key's
 * own `alg` does not matter, `x5c` must agree.
 *
 * `alg` must be one that `isSupportedAlgorithm` accepts.
 */
export async function verifyToken(
  token: string,
  alg: string,
  kid: unknown,
  keys: readonly JsonWebKeyRecord[],
): Promise<SignatureAnswer> {
  const chosen = chooseKey(keys, alg, kid)
  if ('problem' in chosen) return { kind: 'no-key', ...chosen }
  const { kty, n, e, crv, x, y } = chosen.key
  try {
    const key = await importJWK({ kty, n, e, crv, x, y } as JWK, alg)
    await compactVerify(token, key, { algorithms: [alg] })
    return { kind: 'valid' }
  } catch {
    return { kind: 'invalid' }
  }
}

type Choice = { readonly key: JsonWebKeyRecord } | { readonly problem: string; readonly suggestion: string }

function chooseKey(keys: readonly JsonWebKeyRecord[], alg: string, kid: unknown): Choice {
  const kty = alg.startsWith('RS') ? 'RSA' : 'EC'
  const ofType = keys.filter((key) => key['kty'] === kty)
  if (ofType.length > maxKeysPerType) {
    const problem = `the JWKS has ${ofType.length} ${kty} keys, STS reads at most ${maxKeysPerType}`
    return { problem, suggestion: 'take retired keys out of the JWKS' }
  }
  const usable = keys.filter((key) => key['use'] !== 'enc' && typeof key['kid'] === 'string')
  if (kid === undefined || kid === null) {
    const kids = new Set(usable.map((key) => key['kid']))
    if (kids.size === 1) return checkKey(usable.at(-1)!, kty, alg)
    const problem = `the token has no \`kid\` and the JWKS has ${kids.size} usable keys, wanted exactly one`
    return { problem, suggestion: 'put the `kid` of the signing key into the header of the token' }
  }
  const found = usable.findLast((key) => key['kid'] === kid)
  if (found !== undefined) return checkKey(found, kty, alg)
  const known = usable.map((key) => `\`${String(key['kid']).slice(0, 80)}\``).slice(0, 10)
  const problem = `no key of the JWKS has the \`kid\` \`${String(kid).slice(0, 80)}\` of the token; it has ${known.join(', ') || 'none'}`
  return { problem, suggestion: 'publish the signing key in the JWKS before signing with it' }
}

function checkKey(key: JsonWebKeyRecord, kty: string, alg: string): Choice {
  const name = `key \`${String(key['kid']).slice(0, 80)}\``
  if (Object.hasOwn(key, 'key_ops')) {
    const problem = `${name} has a \`key_ops\` member, with which STS uses no key`
    return { problem, suggestion: 'publish the key without `key_ops`' }
  }
  const curve = curves[alg]
  if (key['kty'] !== kty || (curve !== undefined && key['crv'] !== curve)) {
    const got = [key['kty'], key['crv']].filter((part) => part !== undefined).join(' ')
    const problem = `${name} is ${got}, ${alg} wants ${curve ? `EC ${curve}` : kty}`
    return { problem, suggestion: 'sign with an algorithm of the key, or publish the right key' }
  }
  if (!certificateAgrees(key)) {
    const problem = `the \`x5c\` certificate of ${name} holds another key than the JWK`
    return { problem, suggestion: 'take `x5c` out, or make it agree' }
  }
  return { key }
}

function certificateAgrees(key: JsonWebKeyRecord): boolean {
  const x5c = key['x5c']
  if (x5c === undefined) return true
  if (!Array.isArray(x5c) || typeof x5c[0] !== 'string') return false
  try {
    const jwk = new X509Certificate(Buffer.from(x5c[0], 'base64')).publicKey.export({ format: 'jwk' })
    return ['kty', 'n', 'e', 'crv', 'x', 'y'].every(
      (member) => (jwk as JsonWebKeyRecord)[member] === key[member],
    )
  } catch {
    return false
  }
}
