import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readSignature, verifySignature, type WireRequest } from './sigv4.ts'

// The worked example of the Signature Version 4 documentation.
const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const now = Date.parse('2015-08-30T12:36:00Z')
const example: WireRequest = {
  method: 'GET',
  path: '/',
  query: 'Action=ListUsers&Version=2010-05-08',
  headers: new Headers({
    host: 'iam.amazonaws.com',
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    'x-amz-date': '20150830T123600Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  }),
  body: new Uint8Array(),
}

function verify(
  over: Partial<WireRequest> = {},
  at: number = now,
  service = 'iam',
  key: string = secret,
): void {
  const request = { ...example, ...over }
  const signature = readSignature(request)
  assert.ok(signature)
  verifySignature(request, signature, key, service, at)
}

function withHeader(name: string, value: string): Headers {
  const headers = new Headers(example.headers)
  headers.set(name, value)
  return headers
}

describe('Signature Version 4', () => {
  test("AWS's worked example verifies", () => verify())
  test('the order of query parameters does not matter', () => {
    verify({ query: 'Version=2010-05-08&Action=ListUsers' })
  })
  test('runs of blanks in a signed header count as one', () => {
    verify({ headers: withHeader('content-type', 'application/x-www-form-urlencoded;   charset=utf-8') })
  })
  test('an unsigned header does not matter', () => verify({ headers: withHeader('x-other', '1') }))

  for (const [what, over] of [
    ['method', { method: 'POST' }],
    ['path', { path: '/x' }],
    ['query', { query: 'Action=ListRoles&Version=2010-05-08' }],
    ['body', { body: new Uint8Array([0]) }],
    ['host', { headers: withHeader('host', 'iam.example.com') }],
  ] as const) {
    test(`another ${what} breaks the signature`, () => {
      assert.throws(() => verify(over), { code: 'SignatureDoesNotMatch', status: 403 })
    })
  }

  test('another secret, service or time breaks the signature', () => {
    assert.throws(() => verify({}, now, 'iam', 'x'), { code: 'SignatureDoesNotMatch' })
    assert.throws(() => verify({}, now, 'sts'), { message: /correct service: 'sts'/ })
    verify({}, now + 900_000)
    assert.throws(() => verify({}, now + 901_000), { message: /^Signature expired/ })
    verify({}, now - 900_000)
    assert.throws(() => verify({}, now - 901_000), { message: /^Signature not yet current/ })
  })

  const authorization = example.headers.get('authorization') ?? ''
  for (const [what, value, error] of [
    ['host left out of the signed headers', authorization.replace('host;', ''), 'SignatureDoesNotMatch'],
    ['a scope of another day', authorization.replace('/20150830/', '/20150831/'), 'SignatureDoesNotMatch'],
    ['a region that is none', authorization.replace('us-east-1', 'nowhere'), 'SignatureDoesNotMatch'],
    ['an upper-case signature', authorization.replace('=5d672d', '=5D672D'), 'SignatureDoesNotMatch'],
    ['a signature cut short', authorization.slice(0, -2), 'SignatureDoesNotMatch'],
    ['a scope of four parts', authorization.replace('/iam', ''), 'IncompleteSignature'],
    ['no signature', authorization.replace(/, Signature=.*/, ''), 'IncompleteSignature'],
    ['another algorithm', authorization.replace('SHA256', 'SHA1'), 'IncompleteSignature'],
  ] as const) {
    test(`${what} is refused`, () => {
      assert.throws(() => verify({ headers: withHeader('authorization', value) }), { code: error })
    })
  }

  test('a signature without a date is incomplete', () => {
    const headers = new Headers(example.headers)
    headers.delete('x-amz-date')
    assert.throws(() => verify({ headers }), { code: 'IncompleteSignature', status: 400 })
  })

  for (const expires of ['0', '604801', '-1', 'x', '']) {
    test(`a pre-signed life of \`${expires}\` is refused`, () => {
      const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20150830%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=${expires}&X-Amz-SignedHeaders=host&X-Amz-Signature=00`
      assert.throws(() => readSignature({ ...example, headers: new Headers(), query }), {
        code: 'IncompleteSignature',
      })
    })
  }
})
