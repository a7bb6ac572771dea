import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { type Certified, certify, pem } from '../../tests/oidc/certificate.ts'
import { createEgress, EgressError } from './egress.ts'

const thumbprint = ({ certificate }: Certified) => createHash('sha256').update(certificate).digest('hex')

describe('a document of an issuer whose certificate no known authority vouches for', () => {
  const authority = certify('Our authority', null, 'authority')
  const host = certify('issuer.test', authority, 'host')
  const stranger = certify('issuer.test', null, 'host')
  const elsewhere = certify('other.test', authority, 'host')
  const servers: ReturnType<typeof createServer>[] = []
  const ports = new Map<string, number>()
  let asked = 0
  const serve = async (name: string, key: Certified, ...chain: readonly Certified[]) => {
    const server = createServer(
      { key: key.key.export({ type: 'pkcs8', format: 'pem' }), cert: pem(...chain) },
      (_, response) => {
        asked += 1
        response.end('{"issuer":"it"}')
      },
    )
    server.on('tlsClientError', () => {})
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    servers.push(server)
    ports.set(name, (server.address() as AddressInfo).port)
  }
  before(async () => {
    await serve('chained', host, host, authority)
    // Its own certificate, beside the registered authority's, which did not sign it.
    await serve('beside', stranger, stranger, authority)
    await serve('alone', stranger, stranger)
    await serve('elsewhere', elsewhere, elsewhere, authority)
  })
  after(() => {
    for (const server of servers) server.close()
  })
  const fetchFrom = (name: string, thumbprints?: readonly string[]) => {
    const target = `issuer.test:${ports.get(name)}`
    const egress = createEgress({
      allowed: [target],
      lookup: (_host, options, done) =>
        options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4),
    })
    return egress.fetchDocument(`https://${target}/`, thumbprints)
  }

  test('is refused without a thumbprint, and with that of another certificate', async () => {
    await assert.rejects(fetchFrom('chained'), EgressError)
    await assert.rejects(fetchFrom('chained', []), EgressError)
    await assert.rejects(fetchFrom('chained', [thumbprint(stranger)]), EgressError)
    await assert.rejects(fetchFrom('alone', [thumbprint(host)]), EgressError)
  })

  test('is read with the thumbprint of the certificate itself, or of the authority that signed it', async () => {
    assert.equal(await fetchFrom('chained', [thumbprint(host)]), '{"issuer":"it"}')
    assert.equal(await fetchFrom('chained', [thumbprint(stranger), thumbprint(authority)]), '{"issuer":"it"}')
    assert.equal(await fetchFrom('alone', [thumbprint(stranger)]), '{"issuer":"it"}')
  })

  test('is refused when the registered authority only stands beside it, or signed it for another host', async () => {
    const before = asked
    await assert.rejects(fetchFrom('beside', [thumbprint(authority)]), EgressError)
    await assert.rejects(fetchFrom('elsewhere', [thumbprint(authority)]), EgressError)
    assert.ok(asked - before <= 2)
  })
})
