import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { parseToken, type SignatureAnswer, verifyToken } from './token.ts'

const rsa = await generateKeyPair('RS256', { extractable: true })
const ec = await generateKeyPair('ES256', { extractable: true })
const other = await generateKeyPair('RS256', { extractable: true })
const rsaKey = await exportJWK(rsa.publicKey)
const ecKey = await exportJWK(ec.publicKey)
const otherKey = await exportJWK(other.publicKey)

const sign = (alg: string, key: CryptoKey, kid?: string) =>
  new SignJWT({ sub: 'a' }).setProtectedHeader(kid === undefined ? { alg } : { alg, kid }).sign(key)

async function verify(
  keys: readonly JWK[],
  kid: string | undefined = 'a',
  alg = 'RS256',
): Promise<SignatureAnswer> {
  const token = await sign(alg, alg.startsWith('ES') ? ec.privateKey : rsa.privateKey, kid)
  return verifyToken(token, alg, kid, keys as never)
}

describe('token signatures', () => {
  const cases: readonly [string, readonly JWK[], string | undefined, string, SignatureAnswer['kind']][] = [
    ['the key of its kid fits', [{ ...rsaKey, kid: 'a' }], 'a', 'RS256', 'valid'],
    [
      'the own algorithm of a key does not matter',
      [{ ...rsaKey, kid: 'a', alg: 'PS256' }],
      'a',
      'RS256',
      'valid',
    ],
    ['an EC key of the right curve fits', [{ ...ecKey, kid: 'a' }], 'a', 'ES256', 'valid'],
    ['another key under the kid does not fit', [{ ...otherKey, kid: 'a' }], 'a', 'RS256', 'invalid'],
    [
      'the later of a repeated kid counts: right last',
      [
        { ...otherKey, kid: 'a' },
        { ...rsaKey, kid: 'a' },
      ],
      'a',
      'RS256',
      'valid',
    ],
    [
      'the later of a repeated kid counts: wrong last',
      [
        { ...rsaKey, kid: 'a' },
        { ...otherKey, kid: 'a' },
      ],
      'a',
      'RS256',
      'invalid',
    ],
    ['an unknown kid finds no key', [{ ...rsaKey, kid: 'b' }], 'a', 'RS256', 'no-key'],
    ['a key without kid is not used', [rsaKey], 'a', 'RS256', 'no-key'],
    ['an encryption key is not used', [{ ...rsaKey, kid: 'a', use: 'enc' }], 'a', 'RS256', 'no-key'],
    ['key_ops spoils a key', [{ ...rsaKey, kid: 'a', key_ops: ['verify'] }], 'a', 'RS256', 'no-key'],
    ['a key of another type is not used', [{ ...ecKey, kid: 'a' }], 'a', 'RS256', 'no-key'],
    [
      'a certificate that cannot be read spoils a key',
      [{ ...rsaKey, kid: 'a', x5c: ['AAAA'] }],
      'a',
      'RS256',
      'no-key',
    ],
    [
      'no kid and one usable key fits',
      [
        { ...rsaKey, kid: 'a' },
        { ...otherKey, use: 'enc', kid: 'b' },
      ],
      undefined,
      'RS256',
      'valid',
    ],
    [
      'no kid and two usable keys finds none',
      [
        { ...rsaKey, kid: 'a' },
        { ...otherKey, kid: 'b' },
      ],
      undefined,
      'RS256',
      'no-key',
    ],
    [
      '100 RSA keys are read',
      [...Array.from({ length: 99 }, (_, n) => ({ ...otherKey, kid: `${n}` })), { ...rsaKey, kid: 'a' }],
      'a',
      'RS256',
      'valid',
    ],
    [
      '101 RSA keys fail RSA tokens',
      [...Array.from({ length: 100 }, (_, n) => ({ ...otherKey, kid: `${n}` })), { ...rsaKey, kid: 'a' }],
      'a',
      'RS256',
      'no-key',
    ],
    [
      '101 RSA keys leave EC tokens alone',
      [...Array.from({ length: 101 }, (_, n) => ({ ...otherKey, kid: `${n}` })), { ...ecKey, kid: 'a' }],
      'a',
      'ES256',
      'valid',
    ],
  ]
  for (const [what, keys, kid, alg, kind] of cases) {
    test(what, async () => {
      const token = await sign(alg, alg.startsWith('ES') ? ec.privateKey : rsa.privateKey, kid)
      const answer = await verifyToken(token, alg, kid, keys as never)
      assert.equal(answer.kind, kind)
      if (answer.kind === 'no-key') assert.ok(answer.problem.length > 0 && answer.suggestion.length > 0)
    })
  }

  test('a curve is bound to its algorithm', async () => {
    const p384 = await exportJWK((await generateKeyPair('ES384', { extractable: true })).publicKey)
    assert.equal((await verify([{ ...p384, kid: 'a' }], 'a', 'ES256')).kind, 'no-key')
  })

  test('a token of ES256 does not pass for one of RS256', async () => {
    const token = await sign('ES256', ec.privateKey, 'a')
    const answer = await verifyToken(token, 'RS256', 'a', [{ ...rsaKey, kid: 'a' }] as never)
    assert.equal(answer.kind, 'invalid')
  })
})

describe('tokens', () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

  test('the last of two equal members counts', () => {
    const claims = Buffer.from('{"sub":"a","sub":"b"}').toString('base64url')
    assert.equal(parseToken(`${part({ alg: 'RS256' })}.${claims}.x`)?.claims['sub'], 'b')
  })

  for (const [what, text] of [
    ['two parts', `${part({})}.${part({})}`],
    ['five parts', `${part({})}.a.b.c.d`],
    ['a crit header', `${part({ alg: 'RS256', crit: ['exp'] })}.${part({})}.x`],
    ['claims that are a list', `${part({})}.${part([])}.x`],
    ['a header that is text', `${part('a')}.${part({})}.x`],
    [
      'bytes that are not UTF-8',
      `${part({})}.${Buffer.from('{"a":"\xff"}', 'latin1').toString('base64url')}.x`,
    ],
    ['ordinary base64', `${part({})}.${part({})}.a+b/`],
    ['nothing', ''],
  ] as const) {
    test(`a token of ${what} is none`, () => assert.equal(parseToken(text), null))
  }

  test('no text makes the parser throw', () => {
    fc.assert(
      fc.property(fc.string(), fc.json(), (text, json) => {
        parseToken(text)
        parseToken(`${Buffer.from(json).toString('base64url')}.${Buffer.from(text).toString('base64url')}.x`)
      }),
    )
  })
})
