import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { discoveryDocument, jwksDocument } from './document.ts'
import { type FetchedDocument, inspectIssuer } from './inspect.ts'
import { publicJwk } from './jwk.ts'

const issuer = 'https://esc.example.com/oidc'
const key = publicJwk(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)

type Change = {
  readonly discovery?: object
  readonly keys?: readonly object[]
  readonly answer?: Partial<FetchedDocument>
}

async function failed(
  url: string,
  { discovery = {}, keys = [key], answer = {} }: Change = {},
): Promise<readonly string[]> {
  const documents = new Map<string, object>([
    [`${url}/.well-known/openid-configuration`, { ...discoveryDocument(url, 'v1').json, ...discovery }],
    [`${url}/.well-known/jwks`, { keys }],
  ])
  const checks = await inspectIssuer(url, async (asked) => {
    const found = documents.get(asked)
    if (found === undefined) throw new Error('connection refused')
    const body = new TextEncoder().encode(JSON.stringify(found))
    return { status: 200, headers: { 'content-type': 'application/json' }, body, milliseconds: 10, ...answer }
  })
  assert.ok(
    checks.every(({ ok, fix, wanted, got }) => (ok ? fix === '' : fix !== '') && wanted !== '' && got !== ''),
  )
  return checks.filter(({ ok }) => !ok).map(({ id }) => id)
}

test('our own documents pass every check', async () => {
  assert.deepEqual(await failed(issuer, { keys: jwksDocument([key]).json['keys'] as object[] }), [])
})

const urls: readonly (readonly [string, readonly string[]])[] = [
  ['http://esc.example.com/oidc', ['url.scheme', 'jwks.url']],
  ['https://esc.example.com:8443/oidc', ['url.port']],
  ['https://esc.example.com/oidc/', ['url.slash']],
  ['https://192.168.1.5/oidc', ['url.reachable']],
  ['https://esc.internal/oidc', ['url.reachable']],
  [`https://esc.example.com/${'a'.repeat(240)}`, ['url.length']],
]
for (const [url, ids] of urls) {
  test(`${url.slice(0, 40)} fails ${ids.join(', ')}`, async () => assert.deepEqual(await failed(url), ids))
}

const { kid: _kid, ...unnamed } = key
const changes: readonly (readonly [string, Change, readonly string[]])[] = [
  ['another issuer in the document', { discovery: { issuer: `${issuer}/` } }, ['discovery.issuer']],
  [
    'PS256 only',
    { discovery: { id_token_signing_alg_values_supported: ['PS256'] } },
    ['discovery.algorithms'],
  ],
  ['a slow answer', { answer: { milliseconds: 5001 } }, ['discovery.time', 'jwks.time']],
  ['a redirect', { answer: { status: 302 } }, ['discovery.answer']],
  ['HTML', { answer: { headers: { 'content-type': 'text/html' } } }, ['discovery.type', 'jwks.type']],
  ['no JSON', { answer: { body: new TextEncoder().encode('<') } }, ['discovery.json']],
  [
    'keys elsewhere that do not answer',
    { discovery: { jwks_uri: 'https://other.example.com/k' } },
    ['jwks.answer'],
  ],
  ['no key', { keys: [] }, ['keys.some']],
  ['a key without kid', { keys: [unnamed] }, ['keys.kid']],
  ['one kid twice', { keys: [key, key] }, ['keys.unique']],
  ['key_ops', { keys: [{ ...key, key_ops: ['verify'] }] }, ['keys.key_ops']],
  ['a short key', { keys: [{ ...key, n: Buffer.alloc(128, 255).toString('base64url') }] }, ['keys.fit']],
  ['a private member', { keys: [{ ...key, d: 'AA' }] }, ['keys.public']],
  ['101 RSA keys', { keys: Array.from({ length: 101 }, (_, n) => ({ ...key, kid: `k${n}` })) }, ['keys.rsa']],
]
// The fetcher refuses what it does not know, so an address that was asked would fail `jwks.answer` as well.
const inward: typeof changes = [
  ['http://169.254.169.254/latest/meta-data', ['jwks.url', 'jwks.reachable']],
  ['https://169.254.169.254/latest/meta-data', ['jwks.reachable']],
  ['https://10.0.0.5/keys', ['jwks.reachable']],
  ['http://other.example.com/keys', ['jwks.url']],
].map(([uri, ids]) => [
  `${uri} as the place of the keys is not asked, and`,
  { discovery: { jwks_uri: uri } },
  ids as string[],
])
for (const [name, change, ids] of [...changes, ...inward]) {
  test(`${name} fails ${ids.join(', ')}`, async () => assert.deepEqual(await failed(issuer, change), ids))
}
