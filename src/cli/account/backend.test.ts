import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backendName, consoleUrl } from './backend.ts'

test('the console of a backend is known for api hosts, by a variable, and on the usual local port', () => {
  assert.equal(consoleUrl('https://api.esc.test', {}), 'https://app.esc.test')
  assert.equal(consoleUrl('https://api.esc.test:8443', {}), 'https://app.esc.test:8443')
  assert.equal(consoleUrl('http://localhost:8080', {}), 'http://localhost:3000')
  assert.equal(consoleUrl('http://localhost:3720', {}), '')
  assert.equal(consoleUrl('https://esc.test', {}), '')
  assert.equal(
    consoleUrl('https://esc.test', { PULUMI_CONSOLE_DOMAIN: 'console.test' }),
    'https://console.test',
  )
  assert.equal(consoleUrl('not a url', {}), '')
})

test('the public cloud goes by its short name', () => {
  assert.equal(backendName('https://api.pulumi.com'), 'pulumi.com')
  assert.equal(backendName('https://esc.test'), 'https://esc.test')
})
