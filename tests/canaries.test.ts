import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { canariesIn, formsOf, refuseCanaries, remember, rememberRequest } from './canaries.ts'

test('S-67: a secret that a test sent is found in whatever form a server writes it, and named without being shown', () => {
  const secret = ['kept', 'apart', '4711'].join('-')
  rememberRequest(undefined, `values:\n  a: {"fn::secret": ${secret}}\n`)
  for (const form of formsOf(secret)) {
    const line = Buffer.concat([Buffer.from('before '), form, Buffer.from(' behind')])
    for (const written of [line, gzipSync(line)]) assert.deepEqual(canariesIn(written, [secret]), [secret])
  }
  assert.deepEqual(canariesIn(Buffer.from('nothing of it'), [secret]), [])
  assert.throws(
    () => refuseCanaries('a log', `{"password":"${secret}"}`),
    (error: Error) => /1 secrets in a log/.test(error.message) && !error.message.includes(secret),
  )
  remember('word')
  assert.doesNotThrow(() => refuseCanaries('a log', 'a word'))
})
