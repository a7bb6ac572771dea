import { BlockList, isIP } from 'node:net'

/** Answers whether an address is that of one of our proxies. */
export type IsProxy = (address: string) => boolean

/**
 * The proxies of a list of addresses (`10.0.0.1`) and networks (`10.0.0.0/8`, `fd00::/8`); `null` with an entry that is
 * neither. The whole of the internet is no proxy.
 */
export function proxiesOf(list: readonly string[]): IsProxy | null {
  if (list.length === 0) return () => false
  const known = new BlockList()
  for (const entry of list) {
    const [address = '', prefix, ...rest] = entry.split('/')
    const family = isIP(address)
    if (family === 0 || rest.length > 0) return null
    const type = family === 4 ? 'ipv4' : 'ipv6'
    if (prefix === undefined) known.addAddress(address, type)
    else if (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128))
      known.addSubnet(address, Number(prefix), type)
    else return null
  }
  return (address) => isIP(address) !== 0 && known.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}

/**
 * The address of who really calls: that of the connection, or, when it comes from a proxy of ours, the right-most hop of
 * `X-Forwarded-For` that is none (S-55). What stands further left, anybody may have written.
 */
export function clientAddress(remoteAddress: string, forwardedFor: string | null, isProxy: IsProxy): string {
  let address = plain(remoteAddress)
  if (!isProxy(address)) return address
  const hops = (forwardedFor ?? '').split(',').map((hop) => plain(hop.trim()))
  while (isProxy(address)) {
    const hop = hops.pop()
    if (hop === undefined || hop === '') return address
    address = hop
  }
  return address
}

/** An IPv4 address as IPv6 sockets show it is the IPv4 address; brackets and ports of a hop do not count. */
function plain(address: string): string {
  return address
    .replace(/^\[([^\]]+)\](?::\d+)?$/, '$1')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
    .replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
    .slice(0, 64)
}

/**
 * What limits count an address by: the one spelling of it, and of an IPv6 address the network, since whoever has one
 * address of a /64 has them all.
 */
export function addressKey(address: string): string {
  const [bare = ''] = address.split('%')
  if (!bare.includes(':') || !URL.canParse(`http://[${bare}]`)) return bare
  const [before = '', after] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::')
  const head = before === '' ? [] : before.split(':')
  const tail = after === undefined || after === '' ? [] : after.split(':')
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0')
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(':')}::/64`
}
