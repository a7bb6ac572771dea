/**
 * The proxy that a process environment asks for, or null: `HTTPS_PROXY`, `HTTP_PROXY` (either case; `HTTP_PROXY`
 * in upper case is ignored inside a CGI program) and `NO_PROXY`, a comma list of hosts, `.suffixes`, `host:port`
 * pairs and `*`. Loopback hosts are always direct.
 */
export function proxyFor(url: URL, processEnv: Readonly<Record<string, string | undefined>>): URL | null {
  const pick = (name: string) => processEnv[name] || processEnv[name.toLowerCase()] || ''
  const wanted =
    url.protocol === 'https:' ? pick('HTTPS_PROXY') : processEnv['REQUEST_METHOD'] ? '' : pick('HTTP_PROXY')
  if (wanted === '' || isLoopback(url.hostname) || isExcluded(url, pick('NO_PROXY'))) return null
  const proxy = wanted.includes('://') ? wanted : `http://${wanted}`
  return URL.canParse(proxy) ? new URL(proxy) : null
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\./.test(host)
}

function isExcluded(url: URL, list: string): boolean {
  return list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .some((entry) => excludes(entry, url))
}

function excludes(entry: string, url: URL): boolean {
  if (entry === '*') return true
  const [, name = entry, port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? []
  const actual = url.port || (url.protocol === 'https:' ? '443' : '80')
  if (port !== undefined && port !== actual) return false
  const suffix = name.replace(/^\*?\./, '')
  return url.hostname === suffix || url.hostname.endsWith(`.${suffix}`)
}
