import assert from 'node:assert/strict'
import { test } from 'node:test'
import { looksLikeSecret } from './secret-guess.ts'

test('a random text under a telling name looks like a secret', async () => {
  for (const key of ['password', 'dbPassword', 'API_TOKEN', 'pwd', 'clientSecret', 'passwd', 'passphrase']) {
    assert.equal(await looksLikeSecret(key, 'YMHdog6VkUqbVS5dAErxWeMy83r4HeBeNRdEuUFwK3M='), true, key)
  }
  assert.equal(await looksLikeSecret('token', 'xkqzjvwpytrb'), true)
})

test('easy texts and other names do not', async () => {
  for (const value of [
    '',
    '1234',
    'password',
    'hunter2',
    'changeme',
    'aaaaaaaaaaaaaaaaaaaaaaaa',
    'qwertyuiop',
    '2024-01-02',
  ]) {
    assert.equal(await looksLikeSecret('password', value), false, value)
  }
  assert.equal(await looksLikeSecret('region', 'YMHdog6VkUqbVS5dAErxWeMy83r4HeBeNRdEuUFwK3M='), false)
})

test('only the first sixteen characters count', async () => {
  assert.equal(await looksLikeSecret('password', `${'a'.repeat(16)}YMHdog6VkUqbVS5dAErxWeMy83r4HeBe`), false)
})
