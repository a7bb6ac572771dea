/**
 * The address of who really calls: that of the connection, or, when it comes from a proxy of ours, the right-most hop of
 * `X-Forwarded-For` that is none (S-55). What stands further left, anybody may have written.
 */
export function clientAddress(
  remoteAddress: string,
  forwardedFor: string | null,
  proxies: ReadonlySet<string>,
): string {
  let address = plain(remoteAddress)
  const hops = (forwardedFor ?? '').split(',').map((hop) => plain(hop.trim()))
  while (proxies.has(address)) {
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
