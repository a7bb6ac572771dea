/** An IP address as a number in its family. */
export interface Address {
  readonly family: 4 | 6
  readonly bits: bigint
}

/** A range: `prefix` leading bits of `network` are fixed. */
export interface AddressRange extends Address {
  readonly prefix: number
}

/** Reads a dotted IPv4 or a colon IPv6 address (also with an IPv4 tail); `null` when it is neither. */
export function parseAddress(text: string): Address | null {
  if (!text.includes(':')) return parse4(text)
  return parse6(text)
}

/** The address of a caller: an IPv4-mapped IPv6 address counts as IPv4. */
export function parseCaller(text: string): Address | null {
  const address = parseAddress(text)
  if (address?.family === 6 && address.bits >> 32n === 0xffffn) {
    return { family: 4, bits: address.bits & 0xffff_ffffn }
  }
  return address
}

/**
 * Reads a CIDR range or a single address. `null` when it can never match: no address, a prefix that does not
 * exist, or an IPv6 range with host bits set. Host bits of an IPv4 range are ignored.
 */
export function parseRange(text: string): AddressRange | null {
  const [host, prefixText, more] = text.split('/')
  const address = parseAddress(host!)
  if (address === null || more !== undefined) return null
  const width = address.family === 4 ? 32 : 128
  if (prefixText !== undefined && !/^(0|[1-9]\d{0,2})$/.test(prefixText)) return null
  const prefix = prefixText === undefined ? width : Number(prefixText)
  if (prefix > width) return null
  const shift = BigInt(width - prefix)
  const network = (address.bits >> shift) << shift
  if (address.family === 6 && network !== address.bits) return null
  return { family: address.family, bits: network, prefix }
}

/** Whether the address lies in the range; the families never cross. */
export function isInRange(address: Address, range: AddressRange): boolean {
  if (address.family !== range.family) return false
  const shift = BigInt((range.family === 4 ? 32 : 128) - range.prefix)
  return address.bits >> shift === range.bits >> shift
}

function parse4(text: string): Address | null {
  const parts = text.split('.')
  if (parts.length !== 4) return null
  let bits = 0n
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null
    bits = (bits << 8n) | BigInt(part)
  }
  return { family: 4, bits }
}

function parse6(text: string): Address | null {
  const tail = /^(.*:)([^:]*\.[^:]*)$/.exec(text)
  if (tail !== null) {
    const last = parse4(tail[2]!)
    if (last === null) return null
    const words = `${(last.bits >> 16n).toString(16)}:${(last.bits & 0xffffn).toString(16)}`
    return parse6(tail[1]! + words)
  }
  const halves = text.split('::')
  if (halves.length > 2) return null
  const [left, right] = halves.map((half) => (half === '' ? [] : half.split(':'))) as [string[], string[]?]
  const given = left.length + (right?.length ?? 0)
  if (right === undefined ? given !== 8 : given > 7) return null
  const words = right === undefined ? left : [...left, ...Array<string>(8 - given).fill('0'), ...right]
  let bits = 0n
  for (const word of words) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(word)) return null
    bits = (bits << 16n) | BigInt(`0x${word}`)
  }
  return { family: 6, bits }
}
