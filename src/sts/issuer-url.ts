/** Whether a host, as `URL.hostname` gives it, names this machine only. */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  if (host === 'localhost' || host.endsWith('.localhost') || host === '::1') return true
  return /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}

/** Whether an address or a host written as one is link-local, where clouds keep their metadata services. */
export function isLinkLocal(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  if (/^169\.254\./.test(host) || /^fe[89ab][0-9a-f]:/.test(host) || host === 'fd00:ec2::254') return true
  return /^::ffff:(169\.254\.|a9fe:)/.test(host)
}

/** Why a URL cannot be an identity provider's, `null` when it can. `https`, or `http` on loopback. */
export function issuerUrlProblem(text: string): string | null {
  const url = URL.parse(text)
  if (text.length < 1 || text.length > 255) return 'it must have 1 to 255 characters'
  if (!/^https?:\/\//.test(text) || url === null) return 'it must start with `https://` and name a host'
  if (/\s/.test(text)) return 'it must not hold white space'
  if (text.includes('?')) return 'it must not have a query'
  if (text.includes('#')) return 'it must not have a fragment'
  if (url.username !== '' || url.password !== '' || /^https?:\/\/[^/]*@/.test(text)) {
    return 'it must not have user information'
  }
  const loopback = isLoopbackHost(url.hostname)
  if (url.protocol === 'http:' && !loopback) return '`http` is accepted on loopback hosts only'
  if (url.port !== '' && !loopback) return 'a port is accepted on loopback hosts only'
  return null
}

/** The URL as IAM keeps it: as given, without an explicit `:443` of `https`. */
export function storedIssuerUrl(text: string): string {
  return text.replace(/^(https:\/\/[^/]*):443(?=\/|$)/, '$1')
}
