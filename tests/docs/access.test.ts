import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { parse } from 'yaml'
import { createWorld, type World } from '../http/world.ts'

const page = readFileSync(new URL('../../docs/access.md', import.meta.url), 'utf8')
const shown = (pattern: RegExp): unknown => parse(pattern.exec(page)?.[1] ?? '')
let world: World

before(async () => {
  world = await createWorld()
  await world.call('ada', 'POST /api/orgs/acme/teams', { body: { name: 'core' } })
})
after(() => world.close())

test('the role that docs/access.md shows does what the page says', async () => {
  for (const [project, tier] of [
    ['web', 'dev'],
    ['databases', 'prod'],
  ]) {
    const name = 'main'
    await world.call('ada', 'POST /api/esc/environments/acme', { body: { project, name } })
    await world.call('ada', `POST /api/esc/environments/acme/${project}/main/tags`, {
      body: { name: 'tier', value: tier },
    })
  }
  const role = shown(/```yaml\n(# developers\.yaml[\s\S]*?)```/) as object
  const made = await world.call('ada', 'PUT /api/orgs/acme/roles/developers', { body: role })
  assert.equal(made.status, 200, made.text)
  const status = async (request: string) => (await world.call('ben', request)).status
  assert.equal(await status('POST /api/esc/environments/acme/web/main/open'), 200)
  assert.equal(await status('POST /api/esc/environments/acme/databases/main/open'), 403)
  assert.equal(await status('GET /api/esc/environments/acme/databases/main'), 403)
  assert.equal(await status('POST /api/esc/environments/acme/databases/main/rotate'), 200)
  assert.equal(await status('GET /api/orgs/acme/auditlogs'), 200)
})

test('the policy that docs/access.md shows lets that branch in, and no other', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const url = 'https://ci.test/oidc'
  const issuer = await world.call('ada', 'POST /api/orgs/acme/oidc/issuers', {
    body: {
      name: 'github',
      url,
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256' }] },
    },
  })
  assert.equal(issuer.status, 200, issuer.text)
  const policy = await world.call(
    'ada',
    `GET /api/orgs/acme/auth/policies/oidcissuers/${issuer.json()['id']}`,
  )
  const policies = shown(/<<'POLICY'\n([\s\S]*?)POLICY/)
  const put = await world.call('ada', `PATCH /api/orgs/acme/auth/policies/${policy.json()['id']}`, {
    body: { policies } as object,
  })
  assert.equal(put.status, 200, put.text)
  const now = Math.floor(world.clock.now.getTime() / 1_000)
  const exchange = async (branch: string) => {
    const claims = {
      iss: url,
      aud: 'urn:pulumi:org:acme',
      sub: `repo:acme/web:ref:refs/heads/${branch}`,
      jti: branch,
    }
    const token = await new SignJWT({ ...claims, iat: now, exp: now + 300 })
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .sign(privateKey)
    const answered = await world.call('nobody', 'POST /api/oauth/token', {
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        audience: 'urn:pulumi:org:acme',
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        subject_token: token,
        requested_token_type: 'urn:pulumi:token-type:access_token:team',
        scope: 'team:core',
      },
    })
    return answered.status
  }
  assert.equal(await exchange('main'), 200)
  assert.equal(await exchange('other'), 401)
})
