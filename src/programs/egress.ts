import { lookup } from 'node:dns'
import { request as open } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { HookRequest, HookResponse } from '../service/index.ts'

const connectMilliseconds = 10_000
const bodyBytes = 16_384

/** Addresses that are nobody's business outside: loopback, private, link-local, shared, reserved, multicast. */
const forbidden = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  forbidden.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  forbidden.addSubnet(network, prefix, 'ipv6')
}

/** Whether a server may call out to an address (S-49). IPv4-mapped IPv6 addresses count as the IPv4 ones they are. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && !forbidden.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/**
 * Sends one webhook through the one door that leaves the server: https on port 443, every resolved address public, the
 * connection pinned to a checked address, no redirects, bounded time and size.
 */
export async function sendHook(request: HookRequest): Promise<HookResponse> {
  const url = URL.parse(request.url)
  if (
    url === null ||
    url.protocol !== 'https:' ||
    url.username !== '' ||
    (url.port !== '' && url.port !== '443')
  ) {
    throw new Error('egress denied')
  }
  if (isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) throw new Error('egress denied')
  return await new Promise((resolve, reject) => {
    const outgoing = open(url, {
      method: 'POST',
      headers: { ...request.headers, 'content-length': Buffer.byteLength(request.body) },
      lookup: publicLookup,
      agent: false,
      signal: AbortSignal.timeout(connectMilliseconds),
    })
    outgoing.once('error', reject)
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = []
      let size = 0
      incoming.on('data', (chunk: Buffer) => {
        if (size < bodyBytes) chunks.push(chunk)
        size += chunk.length
        if (size > 8 * 1024 * 1024) incoming.destroy()
      })
      incoming.once('error', reject)
      incoming.once('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: Object.entries(incoming.headers)
            .map(([name, value]) => `${name}: ${String(value)}`)
            .join('\n'),
          body: Buffer.concat(chunks).toString('utf8').slice(0, bodyBytes),
        }),
      )
    })
    outgoing.end(request.body)
  })
}

/** Resolves a name, refuses it when any of its addresses is not public, and hands on only what was checked. */
const publicLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error, '', 0)
    const [first] = addresses
    if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
      return done(Object.assign(new Error('egress denied'), { code: 'EACCES' }), '', 0)
    }
    return options.all ? done(null, addresses) : done(null, first.address, first.family)
  })
}
