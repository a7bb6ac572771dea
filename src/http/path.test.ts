import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalPath, checkPath } from './path.ts'

const rows: readonly [string, string][] = [
  ['http://h/a/b', '/a/b'],
  ['http://h', '/'],
  ['http://h/', '/'],
  ['http://h?x=//', '/'],
  ['http://h/a//b///c', '/a/b/c'],
  ['http://h/a/', '/a'],
  ['http://h/a?x=http://y/z', '/a'],
  ['http://h/a%20b#c', '/a%20b'],
]
for (const [url, path] of rows) {
  test(`the path of ${url} is ${path}`, () => {
    // Without a path, a URL parser writes the slash; texts without one are read all the same.
    assert.equal(canonicalPath(url), path)
  })
}

for (const path of [
  '/a%2Fb',
  '/a%2fb',
  '/a%5Cb',
  '/a\\b',
  '/a%00',
  '/a%252fb',
  '/a%2565',
  '/a%zz',
  '/a/%2e%2e/b',
  '/%0a',
]) {
  test(`S-20: ${path} is refused`, () => {
    assert.throws(() => checkPath(path), { code: 'REQUEST_INVALID' })
  })
}
for (const path of ['/', '/a', '/a%20b', '/%C3%A4', '/a%25', '/a.b', '/...', '/a+b']) {
  test(`${path} is let through`, () => {
    assert.doesNotThrow(() => checkPath(path))
  })
}

test('any path is either refused or decodes once without a separator', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), (url) => {
      const path = canonicalPath(url)
      try {
        checkPath(path)
      } catch (error) {
        assert.equal((error as { code: string }).code, 'REQUEST_INVALID')
        return
      }
      for (const segment of path.split('/').slice(1)) assert.ok(!decodeURIComponent(segment).includes('/'))
    }),
  )
})
