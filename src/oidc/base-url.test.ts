import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseBaseUrl } from './base-url.ts'

describe('issuer base URL', () => {
  for (const good of [
    'https://esc.example.com',
    'https://esc.example.com/sub/path',
    'https://a.b-c.example',
    'http://127.0.0.1:3720',
    'http://127.8.9.1:1',
    'http://localhost:3720',
    'http://esc.localhost:3720/x',
    'http://[::1]:3720',
    'https://localhost:8443',
    `https://${'a'.repeat(60)}.${'b'.repeat(60)}.example/${'c'.repeat(247 - 138)}`,
  ]) {
    it(`takes ${good.slice(0, 60)} as it is`, () => {
      assert.equal(parseBaseUrl(good), good)
    })
  }

  for (const [bad, rule] of [
    ['', 'it is not a whole URL with scheme and host'],
    ['esc.example.com', 'it is not a whole URL with scheme and host'],
    ['/oidc', 'it is not a whole URL with scheme and host'],
    ['https:esc.example.com', 'it is not a whole URL with scheme and host'],
    ['https:///esc.example.com', 'it is not a whole URL with scheme and host'],
    ['ftp://esc.example.com', 'the scheme must be `https`'],
    ['http://esc.example.com', '`http` is for loopback hosts only'],
    ['http://10.0.0.1', '`http` is for loopback hosts only'],
    ['http://localhost.example.com', '`http` is for loopback hosts only'],
    ['http://127.0.0.1.example.com', '`http` is for loopback hosts only'],
    ['http://[::2]', '`http` is for loopback hosts only'],
    ['https://esc.example.com:8443', 'it has a port'],
    ['https://esc.example.com:443', 'it has a port'],
    ['https://esc.example.com:', 'it has a port'],
    ['https://esc.example.com/', 'it has a trailing slash'],
    ['https://esc.example.com/x/', 'it has a trailing slash'],
    ['https://esc.example.com?', 'it has a query'],
    ['https://esc.example.com?a=b', 'it has a query'],
    ['https://esc.example.com#', 'it has a fragment'],
    ['https://esc.example.com/x#y', 'it has a fragment'],
    ['https://user@esc.example.com', 'it has user information'],
    ['https://:@esc.example.com', 'it has user information'],
    ['https://ESC.example.com', 'it is not in canonical form'],
    ['HTTPS://esc.example.com', 'it is not in canonical form'],
    ['https://esc.example.com/a/../b', 'it is not in canonical form'],
    ['https://bücher.example', 'it is not in canonical form'],
    ['http://127.1:80', 'it is not in canonical form'],
    [
      'https://esc.example.com//x',
      'its path holds other characters than letters, digits, `.`, `_`, `~` and `-`',
    ],
    [
      'https://esc.example.com/%41',
      'its path holds other characters than letters, digits, `.`, `_`, `~` and `-`',
    ],
    [' https://esc.example.com', 'it holds white space or a control character'],
    ['https://esc.example.com\n', 'it holds white space or a control character'],
    [`https://${'a'.repeat(60)}.example/${'c'.repeat(248 - 77)}`, 'it has 248 characters, more than 247'],
  ] as const) {
    it(`refuses ${JSON.stringify(bad).slice(0, 50)}: ${rule}`, () => {
      assert.throws(
        () => parseBaseUrl(bad),
        (error: Error & { code: string }) => {
          assert.equal(error.code, 'ISSUER_URL_INVALID')
          assert.ok(error.message.endsWith(`: ${rule}`), error.message)
          return true
        },
      )
    })
  }

  it('repeats no password and no query in the refusal', () => {
    for (const secret of [
      'https://u:hunter2@x.example',
      'https://x.example/?t=hunter2',
      'https://x.example#hunter2',
    ]) {
      assert.throws(
        () => parseBaseUrl(secret),
        (error: Error & { hint: string }) => !(error.message + error.hint).includes('hunter2'),
      )
    }
  })

  it('what is taken is the front of a URL that parses back to itself', () => {
    fc.assert(
      fc.property(fc.webUrl(), (text) => {
        try {
          parseBaseUrl(text)
        } catch {
          return
        }
        assert.equal(new URL(`${text}/oidc/v2`).href, `${text}/oidc/v2`)
      }),
    )
  })
})
