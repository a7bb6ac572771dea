import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { accessTokenPattern, createAccessToken, hashSecret, parseAccessToken } from './access-token.ts'
import { systemRandom } from './random.ts'
import { createAccessTokenCodec } from './token-codec.ts'

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const counting = (size: number) => Uint8Array.from({ length: size }, (_, index) => index)
const malformed = { code: 'TOKEN_MALFORMED', message: 'the access token is damaged or cut off' }

describe('access tokens', () => {
  it('S-09: a token is prefix, kind, id, secret and checksum', () => {
    // Written out once, so that tokens in the field keep being read by later versions.
    const token = createAccessToken('machine', counting)
    assert.equal(token.text, `esc_m_${token.id}_${token.secret}${token.text.slice(-6)}`)
    assert.equal(token.id.length, 16)
    assert.equal(token.secret.length, 43)
    assert.equal(token.text.length, 72)
    assert.deepEqual(parseAccessToken(token.text), { kind: 'machine', id: token.id, secret: token.secret })
  })

  it('S-09: every token matches the published expression and reads back', () => {
    const ids = new Set<string>()
    for (let count = 0; count < 5000; count += 1) {
      const token = createAccessToken('personal', systemRandom)
      assert.match(token.text, accessTokenPattern)
      assert.equal(parseAccessToken(token.text).secret, token.secret)
      ids.add(token.id)
    }
    assert.equal(ids.size, 5000)
  })

  it('S-09: changing any one character is noticed', () => {
    const { text } = createAccessToken('session', systemRandom)
    for (let at = 0; at < text.length; at += 1) {
      for (const digit of [...digits, '_', '-', ' ']) {
        if (digit === text[at]) continue
        assert.throws(() => parseAccessToken(text.slice(0, at) + digit + text.slice(at + 1)), malformed)
      }
    }
  })

  it('S-09: cut, doubled, padded and foreign texts are malformed', () => {
    const { text } = createAccessToken('personal', systemRandom)
    const wrong = ['', 'esc_', text.slice(0, -1), text.slice(1), `${text}0`, ` ${text}`, `${text}\n`]
    wrong.push(text + text, text.toUpperCase(), text.replace('esc', 'pul'), text.replace('_p_', '_x_'))
    for (const candidate of wrong) assert.throws(() => parseAccessToken(candidate), malformed)
  })

  it('S-09: no random text of the right form passes the checksum', () => {
    const digit = fc.constantFrom(...digits)
    const random = (length: number) => fc.string({ unit: digit, minLength: length, maxLength: length })
    fc.assert(
      fc.property(random(16), random(49), (id, rest) => {
        assert.throws(() => parseAccessToken(`esc_p_${id}_${rest}`), malformed)
      }),
      { numRuns: 2000 },
    )
  })

  it('never throws anything but the refusal', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `esc_p_${text}`),
        ),
        (text) => {
          assert.throws(() => parseAccessToken(text), malformed)
        },
      ),
    )
  })

  it('the refusal does not repeat the token', () => {
    const { text, secret } = createAccessToken('personal', systemRandom)
    try {
      parseAccessToken(`${text.slice(0, -1)}!`)
      assert.fail('was accepted')
    } catch (error) {
      assert.equal(String(error).includes(secret.slice(0, 8)), false)
    }
  })

  it('S-10: the hash is 32 bytes and depends on secret and pepper', () => {
    const pepper = counting(32)
    const hash = hashSecret(pepper, 'a')
    assert.equal(hash.length, 32)
    assert.deepEqual(hashSecret(pepper, 'a'), hash)
    assert.notDeepEqual(hashSecret(pepper, 'b'), hash)
    assert.notDeepEqual(hashSecret(new Uint8Array(32), 'a'), hash)
  })

  it('the codec reads what it makes, and tells foreign texts from damaged ones', () => {
    const codec = createAccessTokenCodec(counting(32), systemRandom)
    for (const [type, letter] of [
      ['personal', 'p'],
      ['session', 's'],
      ['organization', 'm'],
      ['team', 'm'],
    ] as const) {
      const { text, id, secretHash } = codec.make(type)
      assert.ok(text.startsWith(`esc_${letter}_${id}_`))
      assert.deepEqual(codec.read(text), { id, secretHash })
      assert.throws(() => codec.read(text.slice(0, -1)), malformed)
    }
    for (const foreign of ['', 'pul-0123', 'ghp_x', 'Bearer x']) assert.equal(codec.read(foreign), null)
  })
})
