import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limitsOf, mintLimitOf } from '../../src/programs/limits.ts'
import { serverSettings } from '../../src/programs/server-settings.ts'

describe('S-55: a server that nobody set up otherwise', () => {
  const { rateLimit } = serverSettings({})

  test('lets 50 requests a second through for a token after a burst of 100, which is never more than 100 a second for long', () => {
    const { perSecond, burst } = limitsOf(rateLimit).rateLimit!
    assert.deepEqual({ perSecond, burst }, { perSecond: 50, burst: 100 })
  })

  test('lets 10 requests a second through for an address without a token', () => {
    const { perSecond, burst } = limitsOf(rateLimit).addressLimit!
    assert.deepEqual({ perSecond, burst }, { perSecond: 10, burst: 10 })
  })

  test('lets 200 opens a second through for an organization, and 60 tokens a minute for an environment', () => {
    const { perSecond, burst } = limitsOf(rateLimit).openLimit!
    assert.deepEqual({ perSecond, burst }, { perSecond: 200, burst: 200 })
    const { mintLimit } = mintLimitOf(rateLimit)
    for (let turn = 0; turn < 60; turn += 1) mintLimit!('e')
    assert.throws(() => mintLimit!('e'), /60 identity tokens a minute/)
  })
})
