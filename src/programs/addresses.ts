import { BlockList, isIP } from 'node:net'

/** Addresses that are nobody's business outside: loopback, private, link-local, shared, reserved, multicast. */
const forbidden = listOf(
  [
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
  ],
  [
    // The first 96 bits of zero also hold the IPv4-compatible addresses.
    ['::', 96],
    ['64:ff9b::', 96],
    ['64:ff9b:1::', 48],
    ['100::', 64],
    ['2001::', 32],
    ['2001:db8::', 32],
    ['2002::', 16],
    ['3fff::', 20],
    ['5f00::', 16],
    ['fc00::', 7],
    ['fe80::', 10],
    ['fec0::', 10],
    ['ff00::', 8],
  ],
)

/** Where clouds tell their machines secrets. No setting lets anybody there. */
const metadata = listOf(
  [
    ['169.254.0.0', 16],
    ['100.100.100.200', 32],
    ['192.0.0.192', 32],
  ],
  [
    ['fd00:ec2::', 32],
    ['fe80::', 10],
    ['fd20:ce::254', 128],
  ],
)

type Network = readonly [string, number]

function listOf(ipv4: readonly Network[], ipv6: readonly Network[]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of ipv4) list.addSubnet(network, prefix, 'ipv4')
  for (const [network, prefix] of ipv6) list.addSubnet(network, prefix, 'ipv6')
  return list
}

/** Whether a server may call out to an address (S-49). IPv4-mapped IPv6 addresses count as the IPv4 ones they are. */
export function isPublicAddress(address: string): boolean {
  return isIP(address) !== 0 && !holds(forbidden, address)
}

/** Whether an address is a cloud's metadata service. */
export function isMetadataAddress(address: string): boolean {
  return isIP(address) !== 0 && holds(metadata, address)
}

function holds(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}
