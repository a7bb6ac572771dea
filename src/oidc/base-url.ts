import { AppError } from '../diag/index.ts'

const longestIssuer = 255
const longestSuffix = '/oidc/v2'.length

/**
 * The base URL of the issuers, exactly as it was given: it becomes the front of `iss`, and clouds compare that
 * byte for byte.
 *
 * `https`, or `http` on a loopback host; a port on loopback hosts only; no user information, query, fragment or
 * trailing slash; short enough that AWS takes the longer issuer (255 characters).
 *
 * @throws AppError ISSUER_URL_INVALID naming the rule
 * @see OpenID Connect Discovery 1.0 section 3; IAM, "CreateOpenIDConnectProvider"
 */
export function parseBaseUrl(text: string): string {
  const problem = problemOf(text)
  if (problem === null) return text
  const [rule, hint] = problem
  throw new AppError('ISSUER_URL_INVALID', { got: printable(text), rule, hint })
}

/** Whether a host, as `URL.hostname` gives it, names this machine only. */
export function isLoopbackHost(hostname: string): boolean {
  if (hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]') return true
  return /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
}

function problemOf(text: string): readonly [rule: string, hint: string] | null {
  const example = 'write it like `https://esc.example.com`'
  const url = URL.parse(text)
  if (/[\s\p{C}]/u.test(text)) return ['it holds white space or a control character', example]
  if (url === null || !/^[a-z]+:\/\/[^/]/i.test(text))
    return ['it is not a whole URL with scheme and host', example]
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return ['the scheme must be `https`', example]
  // The text is looked at too: an empty user, query or fragment does not show in the parsed form.
  if (/^[a-z]+:\/\/[^/?#]*@/i.test(text)) return ['it has user information', 'leave out everything up to `@`']
  if (text.includes('#')) return ['it has a fragment', 'leave out `#` and what follows']
  if (text.includes('?')) return ['it has a query', 'leave out `?` and what follows']
  const loopback = isLoopbackHost(url.hostname)
  if (url.protocol === 'http:' && !loopback) {
    return [
      '`http` is for loopback hosts only',
      'clouds fetch the keys over `https`: put a TLS proxy in front',
    ]
  }
  if (/^[a-z]+:\/\/[^/]*:\d*(\/|$)/i.test(text) && !loopback) {
    return [
      'it has a port',
      'clouds take issuers on port 443 only: put a proxy in front, and leave the port out',
    ]
  }
  if (text.endsWith('/'))
    return ['it has a trailing slash', `write it as \`${printable(text.replace(/(?<!\/)\/+$/, ''))}\``]
  return spellingProblem(text, url)
}

/** Only one spelling of a URL is accepted, because verifiers compare characters. */
function spellingProblem(text: string, url: URL): readonly [rule: string, hint: string] | null {
  const canonical = url.href.replace(/\/$/, '')
  if (text !== canonical) return ['it is not in canonical form', `write it as \`${printable(canonical)}\``]
  if (!/^(\/[A-Za-z0-9._~-]+)*$/.test(url.pathname.replace(/\/$/, ''))) {
    return [
      'its path holds other characters than letters, digits, `.`, `_`, `~` and `-`',
      'choose a plain path',
    ]
  }
  if (text.length + longestSuffix > longestIssuer) {
    const limit = longestIssuer - longestSuffix
    return [
      `it has ${text.length} characters, more than ${limit}`,
      'AWS takes issuers of 255 characters at most',
    ]
  }
  return null
}

/** The URL for a message: what may hold a secret (user information, query, fragment) is left out. */
function printable(text: string): string {
  const bare = text.replace(/[?#].*$/s, '').replace(/^([a-z]+:\/\/)[^/]*@/i, '$1')
  return bare.length > 300 ? `${bare.slice(0, 300)}…` : bare
}
