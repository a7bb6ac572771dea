import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proxyFor } from './proxy.ts'

const proxy = (url: string, processEnv: Record<string, string>) =>
  proxyFor(new URL(url), processEnv)?.host ?? null

test('the proxy is the one for the scheme, in either letter case', () => {
  const both = { HTTP_PROXY: 'http://plain:1', HTTPS_PROXY: 'http://secure:2' }
  assert.equal(proxy('http://esc.test', both), 'plain:1')
  assert.equal(proxy('https://esc.test', both), 'secure:2')
  assert.equal(proxy('https://esc.test', { https_proxy: 'secure:2' }), 'secure:2')
  assert.equal(proxy('https://esc.test', {}), null)
})

test('inside a CGI program HTTP_PROXY is a request header, and ignored', () => {
  assert.equal(proxy('http://esc.test', { HTTP_PROXY: 'http://evil:1', REQUEST_METHOD: 'GET' }), null)
})

test('loopback hosts are always direct', () => {
  for (const host of ['localhost', '127.0.0.1', '[::1]']) {
    assert.equal(proxy(`http://${host}:3720`, { HTTP_PROXY: 'http://p:1' }), null)
  }
})

test('NO_PROXY excludes hosts, suffixes, ports and everything', () => {
  const through = (url: string, list: string) =>
    proxy(url, { HTTPS_PROXY: 'http://p:1', NO_PROXY: list }) !== null
  assert.equal(through('https://esc.test', 'esc.test'), false)
  assert.equal(through('https://api.esc.test', 'esc.test'), false)
  assert.equal(through('https://api.esc.test', 'a, .esc.test ,b'), false)
  assert.equal(through('https://notesc.test', 'esc.test'), true)
  assert.equal(through('https://esc.test', 'esc.test:8443'), true)
  assert.equal(through('https://esc.test:8443', 'esc.test:8443'), false)
  assert.equal(through('https://esc.test', '*'), false)
})
