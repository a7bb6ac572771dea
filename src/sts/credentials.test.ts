import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  administratorAccount,
  administratorKeyId,
  defaultAdministratorSecret,
  issueCredentials,
  newRequestId,
  openSession,
  type Session,
  secretOf,
} from './credentials.ts'

const key = new Uint8Array(32).fill(7)
const facts: Omit<Session, 'accessKeyId'> = {
  roleArn: 'arn:aws:iam::123456789012:role/deploy',
  roleId: 'AROASANDBOXAAAAAAAAAA',
  sessionName: 'one',
  issuedAtSeconds: 0,
  expiresAtSeconds: 3600,
  federatedProvider: null,
  claimKeys: {},
  tags: {},
  transitiveTagKeys: [],
  sourceIdentity: null,
  policyArns: null,
  inlinePolicy: false,
}

describe('credentials', () => {
  test('every account has an administrator key id, which leads back to the account', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), (number) => {
        const account = String(number).padStart(12, '0')
        const id = administratorKeyId(account)
        assert.match(id, /^AKIASANDBOX[A-Z2-7]{9}$/)
        assert.equal(administratorAccount(id), account)
      }),
    )
    assert.equal(administratorAccount('AKIASANDBOX777777777'), null)
    assert.equal(administratorAccount('AKIAIOSFODNN7EXAMPLE'), null)
    assert.match(defaultAdministratorSecret, /^SANDBOX[A-Za-z0-9/+]{33}$/)
  })

  test('a session comes back from its token under the same key only', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), fc.string({ unit: 'grapheme' }), (tags, name) => {
        const issued = issueCredentials(key, randomBytes, { ...facts, tags, sessionName: name })
        const session = openSession(key, issued.sessionToken)
        assert.equal(session?.accessKeyId, issued.accessKeyId)
        assert.equal(session?.sessionName, name)
        assert.deepEqual(Object.entries(session?.tags ?? {}), Object.entries(tags))
        assert.equal(openSession(new Uint8Array(32), issued.sessionToken), null)
        assert.equal(secretOf(key, issued.sessionToken), issued.secretAccessKey)
      }),
      { numRuns: 50 },
    )
  })

  test('no text that was not sealed is a session', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.equal(openSession(key, text), null)
        assert.equal(openSession(key, `SANDBOX/${Buffer.from(text).toString('base64')}`), null)
      }),
    )
  })

  test('a token is as long as was asked for', () => {
    const plain = issueCredentials(key, randomBytes, facts)
    const long = issueCredentials(key, randomBytes, facts, 4096)
    assert.ok(plain.sessionToken.length < 1000, `${plain.sessionToken.length}`)
    assert.ok(long.sessionToken.length >= 4096)
    assert.equal(openSession(key, long.sessionToken)?.sessionName, 'one')
  })

  test('request ids are version 4 UUIDs', () => {
    assert.match(
      newRequestId(randomBytes),
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
  })
})
