import type { JWTPayload } from 'jose'
import type { RandomSource } from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import { parseBaseUrl } from './base-url.ts'
import { type IdentityRequest, identityClaims, loginClaims, type TimelessClaims } from './claims.ts'
import { discoveryDocument, type IssuerDocument, jwksDocument } from './document.ts'
import { type MintedToken, signToken } from './jwt.ts'
import { KeySet } from './key-set.ts'
import type { KeySealer, KeyStorage } from './key-storage.ts'
import type { LoginRequest } from './login.ts'
import { type KeyLife, rotationPolicy } from './rotation.ts'
import { verifyToken } from './verify.ts'

/** The two issuers: `v1` for vendor logins, `v2` for audiences that authors choose. They share nothing but the base. */
export type IssuerVersion = 'v1' | 'v2'

/** What the issuers are made of. */
export interface IssuerOptions {
  /** The public URL of the API; see `parseBaseUrl`. */
  readonly baseUrl: string
  readonly storage: { readonly [version in IssuerVersion]: KeyStorage }
  readonly sealer: KeySealer
  readonly nowMs: () => number
  readonly random: RandomSource
  /** How long login tokens live, 60 to 3600; 3600 by default. */
  readonly loginTokenSeconds?: number
  /** How long a key signs before the next takes over; 90 by default, 0 = until rotated by hand. */
  readonly activeKeyDays?: number
  /** Bits of new RSA keys: 2048 by default, or 3072. */
  readonly modulusBits?: 2048 | 3072
}

/** One issuer as the world sees it. Its documents are held in memory. */
export interface PublishedIssuer {
  /** The `iss` of its tokens, byte for byte. */
  readonly issuer: string
  /** The path below the base URL. */
  readonly path: string
  discovery(): IssuerDocument['json']
  jwks(): IssuerDocument['json']
  /** Both documents with their headers, for serving and for publishing as static files. */
  documents(): readonly IssuerDocument[]
  /** The states of its keys. */
  keys(): readonly KeyLife[]
}

/** Both issuers of an installation. Private keys never leave it. */
export interface Issuer {
  readonly v1: PublishedIssuer
  readonly v2: PublishedIssuer
  /** A login token, to be made only while evaluating what the caller may open (S-34). @throws as `loginClaims` */
  mintLoginToken(request: LoginRequest): MintedToken
  /**
   * A token of the second issuer that lives `durationSeconds`, 60 to 3600.
   *
   * @throws AppError IDENTITY_DURATION_INVALID, and as `identityClaims`
   */
  mintIdentityToken(request: IdentityRequest & { readonly durationSeconds: number }): MintedToken
  /** The claims of a login token but `iat`, `nbf`, `exp` and `jti`; nothing is signed. @throws as `loginClaims` */
  previewLoginClaims(request: LoginRequest): TimelessClaims
  /** The claims of an identity token but the same four. @throws as `identityClaims` */
  previewIdentityClaims(request: IdentityRequest): TimelessClaims
  /** Verifies a token as a relying party would. @throws AppError TOKEN_UNVERIFIED */
  verifyToken(version: IssuerVersion, token: string, audience: string): Promise<JWTPayload>
  /** Moves the keys of both issuers through their states when it is time. To be called every minute or so. */
  tick(): Promise<void>
  /** Lets the pending key of an issuer sign from now on. @throws AppError ROTATION_TOO_FAST */
  rotate(version: IssuerVersion): Promise<void>
  /** Takes a key out of use at once; false when there is no such key. */
  revoke(version: IssuerVersion, kid: string): Promise<boolean>
}

const longestTokenSeconds = 3600
const shortestTokenSeconds = 60

/**
 * The issuers of an installation; a new one gets its first keys.
 *
 * @throws AppError ISSUER_URL_INVALID, TOKEN_LIFE_INVALID
 */
export async function createIssuer(options: IssuerOptions): Promise<Issuer> {
  const baseUrl = parseBaseUrl(options.baseUrl)
  const loginSeconds = options.loginTokenSeconds ?? longestTokenSeconds
  if (!isTokenLife(loginSeconds)) throw new AppError('TOKEN_LIFE_INVALID', { got: loginSeconds })
  const [v1Keys, v2Keys] = await Promise.all([openKeys('v1', options), openKeys('v2', options)])
  const sets = { v1: v1Keys, v2: v2Keys }
  const v1 = published(`${baseUrl}/oidc`, 'v1', v1Keys)
  const v2 = published(`${baseUrl}/oidc/v2`, 'v2', v2Keys)
  const mint = (keys: KeySet, claims: TimelessClaims, lifeSeconds: number) =>
    signToken(keys.signing, claims, { nowMs: options.nowMs(), lifeSeconds }, options.random)
  return {
    v1,
    v2,
    mintLoginToken: (request) => mint(v1Keys, loginClaims(v1.issuer, request), loginSeconds),
    mintIdentityToken({ durationSeconds, ...request }) {
      const claims = identityClaims(v2.issuer, request)
      if (!isTokenLife(durationSeconds)) throw new AppError('IDENTITY_DURATION_INVALID')
      return mint(v2Keys, claims, durationSeconds)
    },
    previewLoginClaims: (request) => loginClaims(v1.issuer, request),
    previewIdentityClaims: (request) => identityClaims(v2.issuer, request),
    verifyToken(version, token, audience) {
      const { issuer, jwks } = version === 'v1' ? v1 : v2
      return verifyToken(token, jwks(), { issuer, audience, nowMs: options.nowMs() })
    },
    async tick() {
      await Promise.all([v1Keys.tick(), v2Keys.tick()])
    },
    rotate: (version) => sets[version].rotate(),
    revoke: (version, kid) => sets[version].revoke(kid),
  }
}

function openKeys(issuer: IssuerVersion, options: IssuerOptions): Promise<KeySet> {
  return KeySet.open({
    issuer,
    storage: options.storage[issuer],
    sealer: options.sealer,
    nowMs: options.nowMs,
    policy: rotationPolicy(longestTokenSeconds, options.activeKeyDays),
    modulusBits: options.modulusBits ?? 2048,
  })
}

function published(issuer: string, version: IssuerVersion, keys: KeySet): PublishedIssuer {
  const discovery = discoveryDocument(issuer, version)
  let held = { keys: keys.published, jwks: jwksDocument(keys.published) }
  const jwks = () => {
    if (held.keys !== keys.published) held = { keys: keys.published, jwks: jwksDocument(keys.published) }
    return held.jwks
  }
  return {
    issuer,
    path: version === 'v1' ? '/oidc' : '/oidc/v2',
    discovery: () => discovery.json,
    jwks: () => jwks().json,
    documents: () => [discovery, jwks()],
    keys: () => keys.lives,
  }
}

function isTokenLife(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= shortestTokenSeconds && seconds <= longestTokenSeconds
}
