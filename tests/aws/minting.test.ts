// Who can make this server sign what: S-23, S-34, S-35. The issuer and the server are real; what would go to STS is kept here.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { routes } from '../../src/http/index.ts'
import type { Issuer } from '../../src/oidc/index.ts'
import { providersFor } from '../../src/programs/powers.ts'
import type { AwsTokenExchange } from '../../src/providers/index.ts'
import { issuerOver } from '../http/real-issuer.ts'
import { createWorld, type Who, type World } from '../http/world.ts'

const org = '/api/esc/environments/acme'
const root = fileURLToPath(new URL('../..', import.meta.url))

interface Exchanged {
  readonly token: string
  readonly sessionName: string
}

const login = (more = '') => `values:
  login:
    fn::open::aws-login:
      oidc:
        roleArn: arn:aws:iam::123456789012:role/deployer
        sessionName: environments
        subjectAttributes: [currentEnvironment.name, pulumi.user.login]
${more}`

describe('minting', () => {
  let keys: World
  let world: World
  const exchanged: Exchanged[] = []
  let minted = 0
  const claimsOf = (token: string) =>
    token
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>)

  before(async () => {
    keys = await createWorld()
    const plain = await issuerOver(keys, 'https://issuer.test')
    const issuer: Issuer = {
      ...plain,
      mintLoginToken: (request) => {
        minted += 1
        return plain.mintLoginToken(request)
      },
      mintIdentityToken: (request) => {
        minted += 1
        return plain.mintIdentityToken(request)
      },
    }
    const sts: AwsTokenExchange = {
      explain: async () => null,
      assumeRoleWithWebIdentity: async (request) => {
        exchanged.push({ token: request.webIdentityToken, sessionName: request.roleSessionName })
        return {
          accessKeyId: `ASIA${exchanged.length}`,
          secretAccessKey: 'example',
          sessionToken: 'example',
          expiration: new Date(Date.now() + 3_600_000).toISOString(),
        }
      },
    }
    world = await createWorld(
      {
        providers: (scope) =>
          providersFor(
            { issuer, sts, calls: { post: () => assert.fail('AWS alone is called') }, store: world.store },
            scope,
          ),
      },
      { issuers: [issuer.v1, issuer.v2] },
    )
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name: 'dev' } })
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name: 'other' } })
    const saved = await world.call('ada', `PATCH ${org}/web/dev`, { body: login() })
    assert.equal(saved.status, 200, saved.text)
  })
  after(async () => {
    await world.close()
    await keys.close()
  })
  const open = async (who: Who) => {
    const opened = await world.call(who, `POST ${org}/web/dev/open`)
    return { ...opened, id: opened.status === 200 ? String(opened.json()['id']) : '' }
  }

  test('S-34: no route turns what a caller sends into a signed token', async () => {
    minted = 0
    const wanted = {
      aud: 'aws:acme',
      sub: 'pulumi:environments:org:acme:env:web/prod',
      iss: 'https://issuer.test/oidc',
    }
    const names: Record<string, string> = {
      org: 'acme',
      project: 'web',
      env: 'swept',
      version: '1',
      tag: 'tip',
    }
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name: 'swept' } })
    let asked = 0
    for (const route of routes) {
      const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? 'none')
      const query = new URLSearchParams(wanted).toString()
      const chosen = { ...wanted, claims: wanted, audience: wanted.aud, subject: wanted.sub }
      const hasBody = route.method !== 'GET' && route.method !== 'HEAD'
      for (const body of hasBody ? [undefined, chosen] : [undefined]) {
        for (const request of [`${route.method} ${path}`, `${route.method} ${path}?${query}`]) {
          const answered = await world.call('ada', request, body === undefined ? {} : { body })
          asked += 1
          assert.doesNotMatch(answered.text, /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\./, request)
        }
      }
    }
    assert.ok(asked > 200, `${asked} requests`)
    assert.equal(minted, 0)
  })

  test('S-34: a definition can choose neither audience, subject, issuer, times nor header of a login', async () => {
    minted = 0
    for (const member of [
      'audience',
      'aud',
      'subject',
      'sub',
      'issuer',
      'iss',
      'exp',
      'iat',
      'jti',
      'kid',
      'alg',
      'header',
      'claims',
      'azp',
      'https://aws.amazon.com/tags',
    ]) {
      const body = login(`        "${member}": chosen\n`)
      const saved = await world.call('ada', `PATCH ${org}/web/other`, { body })
      assert.equal(saved.status, 400, `${member}: ${saved.text}`)
      assert.match(saved.text, new RegExp(member.replaceAll('.', '\\.')))
    }
    for (const attribute of ['aud', 'sub', 'pulumi.token.name', 'aud:aws', '*', '']) {
      const body = login().replace('[currentEnvironment.name, pulumi.user.login]', `["${attribute}"]`)
      assert.equal((await world.call('ada', `PATCH ${org}/web/other`, { body })).status, 400, attribute)
    }
    for (const member of ['subject', 'issuer', 'claims', 'subjectAttributes', 'kid']) {
      const body = `values:\n  token:\n    fn::open::oidc: {audience: a, identityToken: {version: v2}, ${member}: chosen}\n`
      assert.equal((await world.call('ada', `PATCH ${org}/web/other`, { body })).status, 400, member)
    }
    const anonymous = 'values:\n  token:\n    fn::open::oidc: {audience: a, identityToken: {version: v2}}\n'
    const refused = await world.call('ada', `POST ${org}/yaml/open`, { body: anonymous })
    assert.match(refused.text, /cannot run in an unsaved environment document/)
    assert.equal(minted, 0)
  })

  test('S-34: an anonymous text has the anonymous subject, whatever it names; one audience, and three header members', async () => {
    const named = login().replace(
      '        subjectAttributes: [currentEnvironment.name, pulumi.user.login]\n',
      '',
    )
    const body = `${named}  name: web/dev\n`
    const opened = await world.call('ada', `POST ${org}/yaml/open?environment=web/dev`, { body })
    assert.equal(opened.status, 200, opened.text)
    const [header, claims] = claimsOf(exchanged.at(-1)!.token)
    assert.deepEqual(Object.keys(header!).sort(), ['alg', 'kid', 'typ'])
    assert.equal(claims!['sub'], 'pulumi:environments:org:acme:env:<yaml>')
    assert.equal(claims!['aud'], 'aws:acme')
    assert.equal('azp' in claims!, false)
  })

  test('S-34: signing has one caller: the issuer, whose tokens only an evaluation asks for', () => {
    const files = globSync('src/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
    const using = (pattern: RegExp) =>
      files.filter((file) => pattern.test(readFileSync(`${root}/${file}`, 'utf8'))).sort()
    assert.deepEqual(using(/\bsignToken\(/), ['src/oidc/issuer.ts', 'src/oidc/jwt.ts'])
    assert.deepEqual(using(/import \{[^}]*\bsign\b[^}]*\} from 'node:crypto'/), [
      'src/crypto/audit-chain.ts',
      'src/oidc/jwt.ts',
    ])
    assert.deepEqual(using(/\bmint(?:Login|Identity)Token\(/), [
      'src/oidc/issuer.ts',
      // Two that wrap it: one refuses while the clock is off, one counts.
      'src/programs/clock-watch.ts',
      'src/programs/measured.ts',
      'src/programs/powers.ts',
    ])
    assert.deepEqual(using(/\bprovidersFor\(/), ['src/programs/powers.ts', 'src/programs/server.ts'])
    assert.deepEqual(using(/\b(?:SignJWT|createSign|new jose)\b/), [])
  })

  test('S-23: nobody gets what was opened for another: subject, id and session are each opener’s own', async () => {
    const grant = (level: 'open' | 'none') =>
      world.store.change(async ({ organizations, environments, settings }) => {
        const acme = (await organizations.find('acme'))!
        const dev = (await environments.find(acme.id, 'web', 'dev'))!
        await settings.put(dev.id, 'grants', { 'u-ben': level })
      })
    await grant('open')
    const mine = await open('ben')
    const again = await open('ben')
    const [one, two] = exchanged.slice(-2).map(({ token }) => claimsOf(token)[1]!)
    assert.notEqual(one!['jti'], two!['jti'], 'nothing is kept from one open to the next')
    assert.match(String(one!['sub']), /pulumi\.user\.login:ben$/)
    await grant('none')
    const theirs = await open('ada')
    const claims = claimsOf(exchanged.at(-1)!.token)[1]!
    assert.match(String(claims['sub']), /pulumi\.user\.login:ada$/)
    assert.equal([one!['jti'], two!['jti']].includes(claims['jti']), false)
    const read = await world.call('ada', `GET ${org}/web/dev/open/${theirs.id}`)
    assert.ok(read.text.includes(`ASIA${exchanged.length}`), 'ada has what was made for ada')
    // Ben has lost the right: his own sessions read as none, nobody else may read them, and no token is made for him.
    const count = exchanged.length
    for (const [who, id] of [
      ['ben', mine.id],
      ['ben', theirs.id],
      ['ada', mine.id],
      ['ada', again.id],
    ] as const) {
      const refused = await world.call(who, `GET ${org}/web/dev/open/${id}`)
      assert.ok([403, 404].includes(refused.status), `${who}: ${refused.text}`)
      assert.doesNotMatch(refused.text, /ASIA/)
    }
    assert.notEqual((await open('ben')).status, 200)
    assert.equal(exchanged.length, count)
  })

  test('S-35: times of a login are within bounds, and no exchanged token is in any answer, entry or stored byte', async () => {
    const opened = await open('ada')
    const { token } = exchanged.at(-1)!
    const { iat, nbf, exp, jti } = claimsOf(token)[1] as Record<string, number>
    assert.ok(exp! - iat! >= 60 && exp! - iat! <= 3_600)
    assert.equal(nbf, iat! - 30)
    assert.match(String(jti), /^[0-9a-f]{32}$/)
    const read = await world.call('ada', `GET ${org}/web/dev/open/${opened.id}`)
    const trail = await world.call('ada', 'GET /api/orgs/acme/auditlogs/export?format=jsonl')
    for (const { text } of [opened, read, trail]) assert.equal(text.includes(token.slice(20, 60)), false)
    assert.ok(trail.text.includes(String(jti)), 'the trail names the token by its id')
  })

  test('S-36: a name that clouds trusted passes to another environment only when an administrator says its subject', async () => {
    const body = { project: 'web', name: 'prod' }
    await world.call('ada', `POST ${org}`, { body })
    await world.call('ada', `PATCH ${org}/web/prod`, { body: login() })
    // Deleted without a token ever, the name is free; after one it is not.
    await world.call('ada', `DELETE ${org}/web/prod`)
    assert.equal((await world.call('ben', `POST ${org}`, { body })).status, 204)
    await world.call('ada', `DELETE ${org}/web/prod`)
    await world.call('ada', `POST ${org}`, { body })
    await world.call('ada', `PATCH ${org}/web/prod`, { body: login() })
    assert.equal((await world.call('ada', `POST ${org}/web/prod/open`)).status, 200)
    await world.call('ada', `DELETE ${org}/web/prod`)
    const subject =
      'pulumi:environments:pulumi.organization.login:acme:currentEnvironment.name:web/prod:pulumi.user.login:ada'
    const confirmed = `?${new URLSearchParams({ confirmSubject: subject })}`
    for (const [who, request, sent] of [
      ['ben', `POST ${org}`, body],
      ['ben', `POST ${org}${confirmed}`, body],
      ['ada', `POST ${org}`, body],
      ['ada', `POST ${org}?confirmSubject=pulumi:environments:org:acme:env:web/dev`, body],
      ['ada', `POST ${org}/web/other/clone`, body],
    ] as const) {
      const refused = await world.call(who, request, { body: sent })
      assert.equal(refused.status, 409, `${who} ${request}: ${refused.text}`)
      assert.ok(refused.text.includes('subject_in_use: acme/web/prod was trusted before'))
      assert.ok(refused.text.includes(subject))
      assert.match(
        refused.text,
        /for arn:aws:iam::123456789012:role\/deployer\); an administrator must confirm/,
      )
    }
    assert.equal((await world.call('ada', `GET ${org}/web/prod`)).status, 404)
    assert.equal((await world.call('ada', `POST ${org}${confirmed}`, { body })).status, 204)
    const trail = await world.call('ada', 'GET /api/orgs/acme/auditlogs/export?format=jsonl')
    const entry = trail.text.split('\n').findLast((line) => line.includes('environment-created'))!
    assert.ok(entry.includes(subject), 'the trail names the subject that passed on')
  })

  test('S-36: an environment that comes back from deletion keeps its name without a word', async () => {
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name: 'back' } })
    await world.call('ada', `PATCH ${org}/web/back`, { body: login() })
    await world.call('ada', `POST ${org}/web/back/open`)
    await world.call('ada', `DELETE ${org}/web/back`)
    const restored = await world.call('ada', `PUT ${org}/restore`, { body: { project: 'web', name: 'back' } })
    assert.ok(restored.status < 300, restored.text)
    assert.equal((await world.call('ada', `POST ${org}/web/back/open`)).status, 200)
  })
})
