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
