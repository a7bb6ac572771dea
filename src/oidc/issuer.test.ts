import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { createKeyFile, createKeyRing, localKeySource, parseKeyFile, systemRandom } from '../crypto/index.ts'
import {
  initialiseVault,
  openSqliteStore,
  openVault,
  type Store,
  signingKeyStorage,
  type Vault,
} from '../store/index.ts'
import type { IdentityRequest } from './claims.ts'
import { createIssuer, type Issuer, type IssuerOptions } from './issuer.ts'
import type { LoginRequest } from './login.ts'

const newSource = () => localKeySource(parseKeyFile('key', createKeyFile(systemRandom), 0o600), systemRandom)

const baseUrl = 'https://esc.example.com'
const startMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const day = 24 * 3600 * 1000
const clock = { ms: startMs }
const nowMs = () => clock.ms

let store: Store
let vault: Vault
let issuer: Issuer

const options = (change: Partial<IssuerOptions> = {}): IssuerOptions => ({
  baseUrl,
  storage: { v1: signingKeyStorage(store, 'v1'), v2: signingKeyStorage(store, 'v2') },
  sealer: vault,
  nowMs,
  random: systemRandom,
  ...change,
})

const login = (change: Partial<LoginRequest> = {}): LoginRequest => ({
  platform: 'aws',
  organization: 'acme',
  opened: 'app/prod',
  current: 'cloud/aws',
  caller: { tokenType: 'personal', login: 'ada', team: null },
  subjectAttributes: null,
  ...change,
})

const identity = (change: Partial<IdentityRequest & { durationSeconds: number }> = {}) => ({
  organization: { id: 'org-1', name: 'acme' },
  current: { id: 'env-1', project: 'cloud', name: 'aws' },
  root: { id: 'env-2', project: 'app', name: 'prod' },
  actor: 'ada',
  audience: 'sts.amazonaws.com',
  durationSeconds: 1200,
  ...change,
})

before(async () => {
  store = await openSqliteStore({ path: ':memory:', nowMs })
  const keyRing = createKeyRing(newSource(), [], systemRandom)
  await initialiseVault({ store, keyRing })
  vault = await openVault({ store, keyRing, nowMs, random: systemRandom })
  issuer = await createIssuer(options())
})
after(() => store.close())

/** An independent verifier, fed with what is served. */
const verified = async (token: string, version: 'v1' | 'v2', audience: string) => {
  const keys = createLocalJWKSet(JSON.parse(issuer[version].documents()[1]!.body) as JSONWebKeySet)
  const { iss } = { iss: String(issuer[version].discovery()['issuer']) }
  return await jwtVerify(token, keys, {
    issuer: iss,
    audience,
    algorithms: ['RS256'],
    currentDate: new Date(nowMs()),
  })
}

describe('issuer documents', () => {
  it('S-33: discovery has the issuer, the key set beside it, and what is supported', () => {
    assert.deepEqual(issuer.v1.discovery(), {
      issuer: 'https://esc.example.com/oidc',
      jwks_uri: 'https://esc.example.com/oidc/.well-known/jwks',
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid'],
      claims_supported: [
        'iss',
        'aud',
        'sub',
        'iat',
        'nbf',
        'exp',
        'jti',
        'org',
        'env',
        'current_env',
        'root_env',
        'trigger_user',
        'snowflake_user',
        'scp',
      ],
      grant_types_supported: [],
    })
    assert.equal(issuer.v2.discovery()['issuer'], 'https://esc.example.com/oidc/v2')
    assert.equal(issuer.v2.discovery()['jwks_uri'], 'https://esc.example.com/oidc/v2/.well-known/jwks')
  })

  it('S-31: key sets hold public members only, and a thumbprint for a name', async () => {
    const { calculateJwkThumbprint } = await import('jose')
    for (const version of ['v1', 'v2'] as const) {
      const keys = issuer[version].jwks()['keys'] as Record<string, string>[]
      assert.equal(keys.length, 1)
      for (const key of keys) {
        assert.deepEqual(Object.keys(key).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
        assert.deepEqual([key['kty'], key['use'], key['alg']], ['RSA', 'sig', 'RS256'])
        assert.equal(key['kid'], await calculateJwkThumbprint(key, 'sha256'))
        assert.equal(Buffer.from(key['n']!, 'base64url').length, 256)
      }
    }
  })

  it('documents carry type, cache times and a tag that follows the body', () => {
    const [discovery, jwks] = issuer.v1.documents()
    assert.equal(discovery?.path, '/.well-known/openid-configuration')
    assert.equal(jwks?.path, '/.well-known/jwks')
    assert.equal(discovery?.headers['cache-control'], 'public, max-age=3600')
    assert.equal(jwks?.headers['cache-control'], 'public, max-age=300, stale-while-revalidate=300')
    for (const document of [discovery!, jwks!]) {
      assert.equal(document.headers['content-type'], 'application/json')
      assert.match(document.headers.etag, /^"[\w-]{43}"$/)
      assert.deepEqual(JSON.parse(document.body), document.json)
    }
    assert.notEqual(jwks?.headers.etag, issuer.v2.documents()[1]?.headers.etag)
    assert.equal(issuer.v1.documents()[1], jwks)
  })

  it('the two issuers share no key', () => {
    const kids = (version: 'v1' | 'v2') => issuer[version].keys().map((key) => key.kid)
    assert.equal(new Set([...kids('v1'), ...kids('v2')]).size, kids('v1').length + kids('v2').length)
  })

  it('a base URL that clouds would refuse is refused at the start', async () => {
    await assert.rejects(createIssuer(options({ baseUrl: 'https://esc.example.com/' })), {
      code: 'ISSUER_URL_INVALID',
    })
    await assert.rejects(createIssuer(options({ loginTokenSeconds: 3601 })), { code: 'TOKEN_LIFE_INVALID' })
  })
})

describe('login tokens', () => {
  it('an independent library verifies them against what is served', async () => {
    const { token } = issuer.mintLoginToken(login())
    const { payload, protectedHeader } = await verified(token, 'v1', 'aws:acme')
    const seconds = Math.floor(startMs / 1000)
    const { jti, ...claims } = payload
    assert.deepEqual(claims, {
      iss: 'https://esc.example.com/oidc',
      aud: 'aws:acme',
      sub: 'pulumi:environments:org:acme:env:app/prod',
      iat: seconds,
      nbf: seconds - 30,
      exp: seconds + 3600,
      org: 'acme',
      env: 'prod',
      current_env: 'cloud/aws',
      root_env: 'app/prod',
      trigger_user: 'ada',
    })
    assert.match(String(jti), /^[0-9a-f]{32}$/)
    assert.deepEqual(protectedHeader, { alg: 'RS256', kid: issuer.v1.keys()[0]?.kid, typ: 'JWT' })
  })

  it('what mint gives beside the token is what the token says', async () => {
    const minted = issuer.mintLoginToken(login())
    assert.deepEqual((await verified(minted.token, 'v1', 'aws:acme')).payload, { ...minted.claims })
    assert.equal(decodeProtectedHeader(minted.token).kid, minted.kid)
  })

  for (const [name, change, wanted] of [
    ['team token', { caller: { tokenType: 'team', login: 'bot', team: 'core' } }, { trigger_user: 'acme' }],
    [
      'organization token',
      { caller: { tokenType: 'organization', login: 'bot', team: null } },
      { trigger_user: 'acme' },
    ],
    [
      'default project',
      { opened: 'default/db', current: 'db' },
      {
        aud: 'acme',
        sub: 'pulumi:environments:org:acme:env:db',
        env: 'db',
        root_env: 'db',
        current_env: 'db',
      },
    ],
    [
      'anonymous text that imports the block',
      { opened: '<yaml>', root: 'app/prod' },
      {
        aud: 'aws:acme',
        sub: 'pulumi:environments:org:acme:env:<yaml>',
        env: '<yaml>',
        root_env: '<yaml>',
        current_env: 'cloud/aws',
      },
    ],
    [
      'snowflake with a role',
      { platform: 'snowflake', snowflake: { user: 'LOADER', role: 'ETL' } },
      { aud: 'snowflake:acme', snowflake_user: 'LOADER', scp: 'session:role:ETL' },
    ],
    [
      'snowflake without a role',
      { platform: 'snowflake', snowflake: { user: 'LOADER', role: null } },
      { snowflake_user: 'LOADER', scp: 'session:role-any' },
    ],
    [
      'attributes',
      { subjectAttributes: ['currentEnvironment.name', 'pulumi.user.login'] },
      {
        sub: 'pulumi:environments:pulumi.organization.login:acme:currentEnvironment.name:cloud/aws:pulumi.user.login:ada',
      },
    ],
  ] as readonly [string, Partial<LoginRequest>, Record<string, string>][]) {
    it(`claims of a ${name}`, async () => {
      const { token, claims } = issuer.mintLoginToken(login(change))
      const { payload } = await verified(token, 'v1', String(claims.aud))
      for (const [claim, value] of Object.entries(wanted)) assert.equal(payload[claim], value, claim)
    })
  }

  it('snowflake claims are in no other token', () => {
    const { claims } = issuer.mintLoginToken(login({ snowflake: { user: 'X', role: 'Y' } }))
    assert.equal('snowflake_user' in claims || 'scp' in claims, false)
  })

  it('S-35: each token is another, and lives as long as it was told', async () => {
    const short = await createIssuer(options({ loginTokenSeconds: 600 }))
    const minted = Array.from({ length: 50 }, () => short.mintLoginToken(login()))
    assert.equal(new Set(minted.map(({ claims }) => claims.jti)).size, 50)
    assert.equal(new Set(minted.map(({ token }) => token)).size, 50)
    for (const { claims } of minted) assert.equal(claims.exp - claims.iat, 600)
  })

  it('a preview is the claims minus four', () => {
    const request = login({ subjectAttributes: ['pulumi.user.login'] })
    const { iat, nbf, exp, jti, ...rest } = issuer.mintLoginToken(request).claims
    assert.ok(iat && nbf && exp && jti)
    assert.deepEqual({ ...issuer.previewLoginClaims(request) }, rest)
  })

  it('a token of one issuer is none of the other, whatever its audience', async () => {
    const first = issuer.mintLoginToken(login())
    const second = issuer.mintIdentityToken(identity({ audience: 'aws:acme' }))
    assert.notEqual(first.kid, second.kid)
    assert.notEqual(first.claims.iss, second.claims.iss)
    assert.equal((await issuer.verifyToken('v2', second.token, 'aws:acme')).aud, 'aws:acme')
    await assert.rejects(issuer.verifyToken('v1', second.token, 'aws:acme'), { code: 'TOKEN_UNVERIFIED' })
    await assert.rejects(issuer.verifyToken('v2', first.token, 'aws:acme'), { code: 'TOKEN_UNVERIFIED' })
  })
})

describe('identity tokens', () => {
  it('claims name organization, environments and actor, by name and by id', async () => {
    const { token } = issuer.mintIdentityToken(identity())
    const { payload } = await verified(token, 'v2', 'sts.amazonaws.com')
    const { jti, iat, nbf, exp, ...claims } = payload
    assert.ok(jti && nbf === iat! - 30 && exp === iat! + 1200)
    assert.deepEqual(claims, {
      iss: 'https://esc.example.com/oidc/v2',
      sub: 'pulumi:org:org-1:env:env-1',
      aud: 'sts.amazonaws.com',
      'https://pulumi.com/org': 'acme',
      'https://pulumi.com/org_id': 'org-1',
      'https://pulumi.com/current_env': 'cloud/aws',
      'https://pulumi.com/current_env_id': 'env-1',
      'https://pulumi.com/root_env': 'app/prod',
      'https://pulumi.com/root_env_id': 'env-2',
      'https://pulumi.com/actor': 'ada',
    })
  })

  it('the root is left out when it is anonymous', () => {
    const { claims } = issuer.mintIdentityToken(identity({ root: null }))
    assert.equal('https://pulumi.com/root_env' in claims, false)
    assert.equal('https://pulumi.com/root_env_id' in claims, false)
  })

  it('the subject survives a rename', () => {
    const renamed = { id: 'env-1', project: 'other', name: 'renamed' }
    const { claims } = issuer.mintIdentityToken(identity({ current: renamed }))
    assert.equal(claims.sub, issuer.mintIdentityToken(identity()).claims.sub)
    assert.equal(claims['https://pulumi.com/current_env'], 'other/renamed')
  })

  for (const [name, change, message] of [
    ['switched off', { enabled: false }, 'fn::open::oidc is not enabled for organization "acme"'],
    [
      'anonymous text',
      { current: null },
      'fn::open::oidc cannot run in an unsaved environment document; save the environment and import it',
    ],
    ['59 s', { durationSeconds: 59 }, 'duration must be between 1m0s and 1h0m0s'],
    ['3601 s', { durationSeconds: 3601 }, 'duration must be between 1m0s and 1h0m0s'],
    ['a part of a second', { durationSeconds: 60.5 }, 'duration must be between 1m0s and 1h0m0s'],
    ['no number', { durationSeconds: Number.NaN }, 'duration must be between 1m0s and 1h0m0s'],
    ['empty audience', { audience: '' }, 'audience must be 1 to 512 bytes and not blank, got 0 bytes'],
    ['blank audience', { audience: ' \t' }, 'audience must be 1 to 512 bytes and not blank, got 2 bytes'],
    [
      'long audience',
      { audience: 'é'.repeat(257) },
      'audience must be 1 to 512 bytes and not blank, got 514 bytes',
    ],
  ] as const) {
    it(`refuses: ${name}`, () => {
      assert.throws(() => issuer.mintIdentityToken(identity(change)), { message })
    })
  }

  it('takes durations of 1 minute and 1 hour and an audience of 512 bytes', () => {
    for (const durationSeconds of [60, 3600]) {
      const { claims } = issuer.mintIdentityToken(identity({ durationSeconds, audience: 'a'.repeat(512) }))
      assert.equal(claims.exp - claims.iat, durationSeconds)
    }
  })

  it('a preview is the claims minus four', () => {
    const { iat, nbf, exp, jti, ...rest } = issuer.mintIdentityToken(identity()).claims
    assert.ok(iat && nbf && exp && jti)
    assert.deepEqual({ ...issuer.previewIdentityClaims(identity()) }, rest)
  })
})

describe('verifying', () => {
  it('refuses what is expired, early, altered, for another audience, or no token, without repeating it', async () => {
    const { token } = issuer.mintLoginToken(login())
    const [head, body, signature] = token.split('.') as [string, string, string]
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
    const attempts: readonly (readonly [string, string])[] = [
      [`${head}.${body}.${signature.slice(0, -4)}AAAA`, 'aws:acme'],
      [`${head}.${Buffer.from('{}').toString('base64url')}.${signature}`, 'aws:acme'],
      [`${none}.${body}.`, 'aws:acme'],
      [token, 'aws:acme-malicious'],
      [token, 'aws:'],
      ['', 'aws:acme'],
      ['x.y.z', 'aws:acme'],
    ]
    for (const [wrong, audience] of attempts) {
      await assert.rejects(issuer.verifyToken('v1', wrong, audience), (error: Error & { code: string }) => {
        assert.equal(error.code, 'TOKEN_UNVERIFIED')
        assert.equal(error.message.includes(signature.slice(0, 10)), false)
        return true
      })
    }
    clock.ms = startMs + 3600_000 + 61_000
    await assert.rejects(issuer.verifyToken('v1', token, 'aws:acme'), { code: 'TOKEN_UNVERIFIED' })
    clock.ms = startMs - 30_000 - 61_000
    await assert.rejects(issuer.verifyToken('v1', token, 'aws:acme'), { code: 'TOKEN_UNVERIFIED' })
    clock.ms = startMs
    assert.equal((await issuer.verifyToken('v1', token, 'aws:acme')).org, 'acme')
  })
})

describe('keys over time', () => {
  it('S-31: a second issuer on the same store signs with the same keys', async () => {
    const again = await createIssuer(options())
    assert.deepEqual(again.v1.jwks(), issuer.v1.jwks())
    const { token } = again.mintLoginToken(login())
    assert.equal((await issuer.verifyToken('v1', token, 'aws:acme')).org, 'acme')
  })

  it('S-32: a tick publishes the next key; it signs only after a day', async () => {
    const [first] = issuer.v1.keys()
    clock.ms = startMs + 1000
    await issuer.tick()
    assert.deepEqual(
      issuer.v1.keys().map((key) => key.state),
      ['active', 'pending'],
    )
    await assert.rejects(issuer.rotate('v1'), {
      code: 'ROTATION_TOO_FAST',
      message: 'the next key was not published for long enough; earliest 2026-01-03T03:04:06.678Z',
    })
    const before = issuer.mintLoginToken(login())
    clock.ms = startMs + 1000 + day
    await issuer.rotate('v1')
    assert.deepEqual(
      issuer.v1.keys().map((key) => key.state),
      ['retired', 'active', 'pending'],
    )
    const after_ = issuer.mintLoginToken(login())
    assert.equal(before.kid, first?.kid)
    assert.notEqual(after_.kid, before.kid)
    assert.equal((await issuer.verifyToken('v1', after_.token, 'aws:acme')).org, 'acme')
    clock.ms = startMs
    assert.equal((await issuer.verifyToken('v1', before.token, 'aws:acme')).org, 'acme')
  })

  it('another server sees the new key at its next tick', async () => {
    clock.ms = startMs + 2 * day
    const other = await createIssuer(options())
    const before = other.mintLoginToken(login()).kid
    clock.ms = startMs + 92 * day
    await issuer.tick()
    assert.equal(other.mintLoginToken(login()).kid, before)
    await other.tick()
    assert.deepEqual(other.v1.jwks(), issuer.v1.jwks())
    assert.notEqual(other.mintLoginToken(login()).kid, before)
    assert.equal(other.mintLoginToken(login()).kid, issuer.mintLoginToken(login()).kid)
  })

  it('a revoked key is gone at once and the next one signs', async () => {
    const { kid } = issuer.mintLoginToken(login())
    assert.equal(await issuer.revoke('v1', kid), true)
    assert.equal(await issuer.revoke('v1', kid), false)
    assert.equal(
      issuer.v1.keys().some((key) => key.kid === kid),
      false,
    )
    const next = issuer.mintLoginToken(login())
    assert.equal((await issuer.verifyToken('v1', next.token, 'aws:acme')).org, 'acme')
  })

  it('S-31: the store holds no private key in clear', async () => {
    const rows = await store.read((tx) => tx.signingKeys.list('v1'))
    assert.ok(rows.length > 1)
    for (const row of rows) {
      assert.deepEqual(Object.keys(JSON.parse(row.publicJwk)).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
      // PKCS #8 of an RSA key has this object identifier near its front.
      assert.equal(
        Buffer.from(row.sealedPrivateKey).includes(Buffer.from('2a864886f70d010101', 'hex')),
        false,
      )
    }
  })

  it('R-24: a sealed key that was put in the place of another does not sign', async () => {
    const own = await openSqliteStore({ path: ':memory:', nowMs })
    const keyRing = createKeyRing(newSource(), [], systemRandom)
    await initialiseVault({ store: own, keyRing })
    const sealer = await openVault({ store: own, keyRing, nowMs, random: systemRandom })
    const storage = { v1: signingKeyStorage(own, 'v1'), v2: signingKeyStorage(own, 'v2') }
    await createIssuer(options({ storage, sealer }))
    await own.change(async (tx) => {
      const [a] = await tx.signingKeys.list('v1')
      const [b] = await tx.signingKeys.list('v2')
      await tx.signingKeys.delete(a!.kid)
      await tx.signingKeys.insert({ ...a!, sealedPrivateKey: b!.sealedPrivateKey, dataKeyId: b!.dataKeyId })
    })
    await assert.rejects(createIssuer(options({ storage, sealer })), { code: 'VALUE_INTEGRITY' })
    await own.close()
  })
})
