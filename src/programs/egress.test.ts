import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPublicAddress, sendHook } from './egress.ts'

test('S-49: addresses inside, reserved or mapped are not called', () => {
  const refused = [
    ...[
      '127.0.0.1',
      '10.1.2.3',
      '172.31.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '224.0.0.1',
    ],
    ...[
      '255.255.255.255',
      '::1',
      '::',
      'fe80::1',
      'fd00:ec2::254',
      '::ffff:127.0.0.1',
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
    ],
    ...['2002:7f00:1::', 'ff02::1', 'localhost', '127.1', ''],
  ]
  for (const address of refused) assert.equal(isPublicAddress(address), false, address)
  for (const address of ['1.1.1.1', '8.8.8.8', '2606:4700::1111'])
    assert.equal(isPublicAddress(address), true, address)
})

test('S-49: a webhook goes only to https names on port 443', async () => {
  const refused = [
    'http://hooks.example.com/',
    'https://user@hooks.example.com/',
    'https://hooks.example.com:8443/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://localhost/',
    'file:///etc/passwd',
  ]
  for (const url of refused) await assert.rejects(() => sendHook({ url, headers: {}, body: '{}' }))
})
