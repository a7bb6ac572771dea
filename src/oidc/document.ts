import { createHash } from 'node:crypto'
import { identityClaimNames, loginClaimNames } from './claims.ts'
import type { PublicJwk } from './jwk.ts'

/** A public document, ready to be served or written to a file. */
export interface IssuerDocument {
  /** The path below the issuer URL. */
  readonly path: string
  readonly json: { readonly [member: string]: unknown }
  readonly body: string
  readonly headers: {
    readonly 'content-type': 'application/json'
    readonly 'cache-control': string
    /** A strong tag of the body. */
    readonly etag: string
  }
}

/** How long verifiers may keep a key set; rotation waits for longer than twice this. */
export const jwksMaxAgeSeconds = 300

/** The discovery document of an issuer. @see OpenID Connect Discovery 1.0 section 3 */
export function discoveryDocument(issuer: string, version: 'v1' | 'v2'): IssuerDocument {
  const json = {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid'],
    claims_supported: version === 'v1' ? loginClaimNames : identityClaimNames,
    grant_types_supported: [],
  }
  return document('/.well-known/openid-configuration', json, 'public, max-age=3600')
}

/** The key set of an issuer: public members only. */
export function jwksDocument(keys: readonly PublicJwk[]): IssuerDocument {
  // Copied member by member, so that nothing else can slip out whatever the rows hold.
  const published = keys.map(({ kty, use, alg, kid, n, e }) => ({ kty, use, alg, kid, n, e }))
  const age = jwksMaxAgeSeconds
  return document(
    '/.well-known/jwks',
    { keys: published },
    `public, max-age=${age}, stale-while-revalidate=${age}`,
  )
}

function document(path: string, json: IssuerDocument['json'], cacheControl: string): IssuerDocument {
  const body = `${JSON.stringify(json)}\n`
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`
  return {
    path,
    json,
    body,
    headers: { 'content-type': 'application/json', 'cache-control': cacheControl, etag },
  }
}
