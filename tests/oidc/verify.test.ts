import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, test } from 'node:test'
import { rootCertificates, setDefaultCACertificates } from 'node:tls'
import { createNodeTransport } from '../../src/client/index.ts'
import type { IssuerCheck } from '../../src/oidc/inspect.ts'
import { publicJwk } from '../../src/oidc/jwk.ts'
import { issuerThumbprints } from '../../src/oidc/thumbprint.ts'
import { readCertificates } from '../../src/world/certificates.ts'
import { type Scene, startScene } from '../aws/scene.ts'
import { certify, pem } from './certificate.ts'

const root = certify('a root', null, 'authority')
const middle = certify('an intermediate', root, 'authority')
const host = certify('localhost', middle, 'host')
const sha1 = ({ certificate }: { readonly certificate: Buffer }) =>
  createHash('sha1').update(certificate).digest('hex')
const key = publicJwk(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)

describe('esc oidc verify and config over real TLS', () => {
  let scene: Scene
  let origin = ''
  let answer: RequestListener = () => {}
  const keyText = host.key.export({ type: 'pkcs8', format: 'pem' }).toString()
  const server = createServer({ key: keyText, cert: pem(host, middle) }, (...given) => answer(...given))
  const withRoot = createServer({ key: keyText, cert: pem(host, middle, root) }, (...given) =>
    answer(...given),
  )
  const json = (value: unknown): RequestListener => {
    const text = JSON.stringify(value)
    return (_, response) => response.setHeader('content-type', 'application/json').end(text)
  }
  const documents = (jwks: unknown, more: object = {}): RequestListener => {
    const configuration = {
      issuer: `${origin}/oidc`,
      jwks_uri: `${origin}/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      claims_supported: ['sub'],
      ...more,
    }
    return (request, response) => {
      const isJwks = request.url === '/jwks'
      if (!isJwks && request.url !== '/oidc/.well-known/openid-configuration') response.writeHead(404).end()
      else json(isJwks ? jwks : configuration)(request, response)
    }
  }
  before(async () => {
    scene = await startScene()
    for (const one of [server, withRoot]) await new Promise<void>((done) => one.listen(0, '127.0.0.1', done))
    origin = `https://localhost:${(server.address() as AddressInfo).port}`
  })
  beforeEach(() => {
    answer = documents({ keys: [key] })
  })
  after(async () => {
    setDefaultCACertificates([...rootCertificates])
    for (const one of [server, withRoot]) {
      one.closeAllConnections()
      one.close()
    }
    await scene.close()
  })

  const real = {
    certificates: readCertificates,
    transport: (options: { insecure: boolean; limitBytes?: number }) => createNodeTransport(options),
  }
  const verify = async (url: string) => {
    const { code, stdout } = await scene.esc(`oidc verify ${url} --output json`, { change: real })
    const { checks, ok } = JSON.parse(stdout) as { checks: IssuerCheck[]; ok: boolean }
    assert.equal(code, ok ? 0 : 3)
    return new Map(checks.filter((check) => !check.ok).map((check) => [check.id, check]))
  }
  // What a machine of one's own cannot have: no port, a public name and address.
  const ofThisMachine = ['url.port', 'url.reachable', 'discovery.address']
  const failures = async (url: string) =>
    [...(await verify(url)).keys()].filter((id) => !ofThisMachine.includes(id))

  test('a certificate that nothing vouches for fails with its thumbprint, and the rest is looked at all the same', async () => {
    const failed = await verify(`${origin}/oidc`)
    assert.deepEqual(
      [...failed.keys()],
      ['url.port', 'url.reachable', 'discovery.certificate', 'discovery.address'],
    )
    assert.match(failed.get('discovery.certificate')?.got ?? '', /UNABLE_TO_GET_ISSUER_CERT_LOCALLY/)
    assert.ok(failed.get('discovery.certificate')?.fix.endsWith(`the thumbprint ${sha1(middle)}`))
    assert.equal(failed.get('discovery.address')?.got, '127.0.0.1')
  })

  test('a certificate that an authority of this machine vouches for passes', async () => {
    setDefaultCACertificates([...rootCertificates, pem(root)])
    assert.deepEqual(await failures(`${origin}/oidc`), [])
    setDefaultCACertificates([...rootCertificates])
  })

  test('the thumbprint is that of the last certificate sent, not of one that this machine knows', async () => {
    setDefaultCACertificates([...rootCertificates, pem(root)])
    const of = async (port: number) => {
      const url = `https://localhost:${port}`
      return await issuerThumbprints(`${url}/oidc`, `${url}/jwks`, readCertificates)
    }
    const [sent] = await of((server.address() as AddressInfo).port)
    assert.deepEqual([sent?.sha1, sent?.needed], [sha1(middle), false])
    setDefaultCACertificates([...rootCertificates])
    const [all] = await of((withRoot.address() as AddressInfo).port)
    assert.deepEqual([all?.sha1, all?.needed], [sha1(root), true])
    const [plain] = await issuerThumbprints(
      'http://localhost/oidc',
      'http://localhost/jwks',
      readCertificates,
    )
    assert.match(plain?.why ?? '', /AWS takes https only/)
    const [silent] = await issuerThumbprints(
      'https://localhost:1/oidc',
      'https://localhost:1/jwks',
      readCertificates,
    )
    assert.match(silent?.why ?? '', /^not computed: .*ECONNREFUSED/)
  })

  test('esc oidc config shows the thumbprint and whether AWS needs it', async () => {
    const seen = {
      certificates: async () => ({ chain: [host.certificate, middle.certificate], problem: '', address: '' }),
    }
    const text = await scene.esc('oidc config acme', { change: seen })
    assert.deepEqual(text.stdout.split('\n'), [
      'Issuer: https://esc.example.com/oidc',
      'Audience: aws:acme',
      'Subject: pulumi:environments:org:acme:env:<project>/<environment>',
      'Audience in project default: acme',
      'Subject in project default: pulumi:environments:org:acme:env:<environment>',
      'Discovery document: https://esc.example.com/oidc/.well-known/openid-configuration',
      'Keys: https://esc.example.com/oidc/.well-known/jwks',
      `Thumbprint: ${sha1(middle)} (not needed: public authorities vouch for the certificate, so AWS ignores it)`,
      '',
    ])
    const { stdout } = await scene.esc('oidc config acme --output json', { change: seen })
    const facts = JSON.parse(stdout) as {
      thumbprint: string
      thumbprints: { host: string; needed: boolean }[]
    }
    assert.equal(facts.thumbprint, sha1(middle))
    assert.deepEqual(
      facts.thumbprints.map(({ host: name, needed }) => [name, needed]),
      [['esc.example.com', false]],
    )
    const gcp = await scene.esc('oidc config acme --platform gcp', { change: seen })
    assert.doesNotMatch(gcp.stdout, /Thumbprint/)
  })

  test('a redirect, more than 1 MiB and another issuer fail', async () => {
    answer = (_, response) => response.writeHead(302, { location: 'https://example.com' }).end()
    assert.deepEqual(await failures(`${origin}/oidc`), ['discovery.certificate', 'discovery.answer'])
    answer = (_, response) =>
      response.setHeader('content-type', 'application/json').end(`"${'x'.repeat(1_048_576)}"`)
    const large = (await verify(`${origin}/oidc`)).get('discovery.answer')
    assert.match(large?.got ?? '', /more than 1048576 bytes/)
    answer = documents({ keys: [key] }, { issuer: `${origin}/oidc/` })
    assert.deepEqual(await failures(`${origin}/oidc`), ['discovery.certificate', 'discovery.issuer'])
  })

  test('keys: too many of a kind, none, no kid, key_ops, private, unreadable, an x5c of another key', async () => {
    const { kid: _kid, ...unnamed } = key
    const many = Array.from({ length: 101 }, (_, index) => ({ ...key, kid: `k${index}` }))
    const cases: readonly (readonly [readonly object[], string])[] = [
      [many, 'keys.rsa'],
      [[], 'keys.some'],
      [[unnamed], 'keys.kid'],
      [[{ ...key, key_ops: ['verify'] }], 'keys.key_ops'],
      [[{ ...key, d: 'AA' }], 'keys.public'],
      [[{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', kid: 'a' }], 'keys.fit'],
      [[{ ...key, x5c: [host.certificate.toString('base64')] }], 'keys.x5c'],
      [[{ ...key, x5c: [] }], 'keys.x5c'],
    ]
    for (const [keys, id] of cases) {
      answer = documents({ keys })
      assert.deepEqual(await failures(`${origin}/oidc`), ['discovery.certificate', id], id)
    }
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' })
    answer = documents({ keys: [{ ...pair, kid: 'ec' }] })
    assert.deepEqual(await failures(`${origin}/oidc`), ['discovery.certificate'], 'an EC key is fine')
  })

  test('keys at another host are looked at there: its name, its certificate, its answer', async () => {
    const other = createHttpServer(json({ keys: [key] }))
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
    answer = documents({}, { jwks_uri: `http://127.0.0.1:${(other.address() as AddressInfo).port}/jwks` })
    assert.deepEqual(await failures(`${origin}/oidc`), [
      'discovery.certificate',
      'jwks.url',
      'jwks.reachable',
    ])
    other.close()
    answer = documents({}, { jwks_uri: 'file:///etc/hostname' })
    assert.deepEqual(await failures(`${origin}/oidc`), ['discovery.certificate', 'jwks.url'])
  })

  test('a port is seen even where a URL parser drops it, and what is no URL ends at once', async () => {
    assert.equal((await verify('https://127.0.0.1:443/oidc')).get('url.port')?.got, '443')
    assert.ok((await verify('esc.example.com')).has('url.scheme'))
    assert.ok((await verify('ftp://esc.example.com')).has('url.scheme'))
  })
})
