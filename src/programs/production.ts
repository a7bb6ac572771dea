import { AppError } from '../diag/index.ts'
import { type DatabaseRole, hostUrls, roleCure, roleProblem } from '../store/index.ts'

/** What a production server may not be. Everything here is a setting, or a fact about this process and host. */
export interface ServerFacts {
  readonly host: string
  readonly issuerBaseUrl: string | undefined
  readonly trustedProxies: readonly string[]
  readonly data: string
  /** Where the key file is; absent when the key is in KMS. */
  readonly keyFile: string | undefined
  readonly stsEndpoint: string | undefined
  readonly kmsEndpoint: string | undefined
  readonly database: string | undefined
  /** As whom the server is in its database; absent on a file, and when the database did not say. */
  readonly databaseRole: DatabaseRole | undefined
  readonly rateLimit: number
  /** The flags that Node was started with, `NODE_OPTIONS` included. */
  readonly nodeFlags: readonly string[]
  readonly inspectorUrl: string | undefined
  /** The numeric user; absent where the system has none. */
  readonly uid: number | undefined
  /** The type of the file system under the data directory, as `statfs` gives it; absent when unknown. */
  readonly fileSystem: number | undefined
  /** How far this host's clock is ahead of the database's, in milliseconds. */
  readonly clockAheadMs: number
}

/** One thing that is wrong, and its cure. */
export interface InsecureSetting {
  readonly setting: string
  readonly problem: string
  readonly fix: string
}

/** Memory and environment would leave the process by these; and hints that lead whoever gets in. */
const leakyFlags =
  /^--(?:inspect|heapsnapshot|heap-prof|cpu-prof|prof|report-|abort-on-uncaught-exception|diagnostic-dir|enable-source-maps|trace-|allow-natives-syntax|expose-internals)/

/** NFS, SMB, CIFS, SMB2, AFS, Coda, Ceph, 9p, FUSE: locks and flushes there are not what SQLite builds on. */
const networkFileSystems: readonly number[] = [
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x73757245, 0xc36400, 0x01021997, 0x65735546,
]

/** Everything that forbids production mode, all at once, each with its setting and cure; none = it may start (S-69). */
export function insecureSettings(facts: ServerFacts): readonly InsecureSetting[] {
  const found: InsecureSetting[] = []
  const wrong = (is: boolean, setting: string, problem: string, fix: string) => {
    if (is) found.push({ setting, problem, fix })
  }
  const issuer = issuerProblem(facts.issuerBaseUrl)
  wrong(
    issuer !== null,
    'issuerBaseUrl',
    issuer ?? '',
    'set --issuer-base-url to the public https URL, by name',
  )
  wrong(
    !isLoopback(facts.host) && facts.trustedProxies.length === 0,
    'host',
    `${facts.host} is beyond loopback, and no proxy that ends TLS is declared`,
    'listen on 127.0.0.1, or name the proxy with --trusted-proxy',
  )
  wrong(
    facts.keyFile !== undefined && isBelow(facts.keyFile, facts.data),
    'keyFile',
    'the key lies in the data directory: whoever copies that has both',
    'move it, and name its place with --key-file; or use --kms-key',
  )
  wrong(
    facts.stsEndpoint !== undefined,
    'stsEndpoint',
    'logins would go to another STS than that of AWS',
    'leave --sts-endpoint out',
  )
  wrong(
    facts.kmsEndpoint !== undefined && !facts.kmsEndpoint.startsWith('https://'),
    'kmsEndpoint',
    'data keys would travel in clear',
    'give an https URL, or leave --kms-endpoint out',
  )
  wrong(
    facts.database !== undefined && !isSafeDatabase(facts.database),
    'database',
    'the connection leaves this host without TLS that checks the certificate',
    'add sslmode=verify-full to the URL, or use a socket or loopback',
  )
  const role = facts.databaseRole
  wrong(
    role !== undefined && roleProblem(role) !== null,
    'database',
    role === undefined ? '' : (roleProblem(role) ?? ''),
    role === undefined ? '' : `run, as an administrator of the database: ${roleCure(role)}`,
  )
  wrong(facts.rateLimit === 0, 'rateLimit', 'all limits are off', 'leave --rate-limit out')
  const flags = facts.nodeFlags.filter((flag) => leakyFlags.test(flag))
  wrong(
    flags.length > 0,
    'node',
    `started with ${flags.join(' ')}: memory or environment could leave the process`,
    'start without these flags, and look at NODE_OPTIONS',
  )
  wrong(facts.inspectorUrl !== undefined, 'node', 'the inspector is open', 'start without --inspect')
  wrong(facts.uid === 0, 'user', 'runs as root', 'run as a user of its own')
  wrong(
    facts.database === undefined && networkFileSystems.includes(facts.fileSystem ?? 0),
    'data',
    'the data directory is on a network file system, where a commit may be lost',
    'put it on a local disk, or use --database',
  )
  wrong(
    Math.abs(facts.clockAheadMs) > 60_000,
    'clock',
    `this host is ${Math.round(facts.clockAheadMs / 1_000)} s ahead of the database`,
    'let the clock be synchronised',
  )
  return found
}

/** @throws AppError INSECURE_CONFIGURATION with every problem, numbered, when there is any */
export function requireSecure(facts: ServerFacts): void {
  const found = insecureSettings(facts)
  if (found.length === 0) return
  const lines = found.map(
    ({ setting, problem, fix }, index) => `\n  ${index + 1}. ${setting}: ${problem}; ${fix}`,
  )
  throw new AppError('INSECURE_CONFIGURATION', { problems: lines.join('') })
}

/** @throws AppError HOST_EXPOSED for a server in development mode that others could reach (S-69) */
export function requireLoopback(host: string): void {
  if (!isLoopback(host)) throw new AppError('HOST_EXPOSED', { got: host })
}

/** Whether an address is this machine's own. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

function issuerProblem(url: string | undefined): string | null {
  if (url === undefined) return 'the issuer would be the address that is listened on'
  if (!URL.canParse(url)) return 'it is no URL'
  const { protocol, hostname } = new URL(url)
  if (protocol !== 'https:') return 'it is not https'
  if (hostname === 'localhost' || hostname.endsWith('.localhost')) return 'its host is localhost'
  return /^[\d.]+$|^\[/.test(hostname) ? 'its host is an address' : null
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

function isSafeDatabase(url: string): boolean {
  try {
    return hostUrls(url).every(isSafeHost)
  } catch {
    return false
  }
}

function isSafeHost(url: string): boolean {
  const { hostname, searchParams } = new URL(url)
  const host = searchParams.get('host') ?? decodeURIComponent(hostname)
  if (host === '' || host.startsWith('/') || isLoopback(host.replace(/^\[|\]$/g, ''))) return true
  return searchParams.get('sslmode') === 'verify-full'
}
