import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostUrls, placeOf } from './hosts.ts'

test('a URL may name several hosts, each with a port of its own, which get all else of it', () => {
  assert.deepEqual(
    hostUrls('postgres://ada:hush@a:1,b,[::1]:3/esc?target_session_attrs=read-write&sslmode=require'),
    [
      'postgres://ada:hush@a:1/esc?sslmode=require',
      'postgres://ada:hush@b/esc?sslmode=require',
      'postgres://ada:hush@[::1]:3/esc?sslmode=require',
    ],
  )
  assert.deepEqual(hostUrls('postgresql:///esc?host=/run'), ['postgresql:///esc?host=/run'])
  assert.equal(placeOf('postgres://ada:hush@a:1,b/esc?sslmode=require'), 'postgres://a:1,b/esc')
})

test('a URL that names no host, or wants a standby, is refused without showing its password', () => {
  for (const [url, got] of [
    ['postgres://ada:hush@a,/esc', 'something else'],
    ['postgres://ada:hush@a:x,b/esc', 'something else'],
    ['mysql://ada:hush@a/esc', 'something else'],
    ['hush', 'something else'],
    ['postgres://ada:hush@a,b/esc?target_session_attrs=standby', 'target_session_attrs=standby'],
    ['postgres://ada:hush@a/esc?target_session_attrs=prefer-standby', 'target_session_attrs=prefer-standby'],
  ] as const)
    assert.throws(
      () => hostUrls(url),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'SETTING_INVALID')
        assert.ok(error.message.includes(got) && !error.message.includes('hush'), error.message)
        return true
      },
      url,
    )
})
