import { createHash, type KeyObject } from 'node:crypto'

/** A public signing key as it is published: these members and never a private one. */
export interface PublicJwk {
  readonly kty: 'RSA'
  readonly use: 'sig'
  readonly alg: 'RS256'
  readonly kid: string
  readonly n: string
  readonly e: string
}

/** The JWK of a public RSA key; `kid` is its RFC 7638 thumbprint, so that it follows from the key alone. */
export function publicJwk(key: KeyObject): PublicJwk {
  const { n, e } = key.export({ format: 'jwk' })
  if (key.type !== 'public' || n === undefined || e === undefined) throw new Error('not a public RSA key')
  return { kty: 'RSA', use: 'sig', alg: 'RS256', kid: thumbprint(n, e), n, e }
}

/** SHA-256 over the required members in lexical order, without white space. @see RFC 7638 section 3 */
function thumbprint(n: string, e: string): string {
  return createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64url')
}
