/**
 * Whether a host name or address gives itself away as one that the public internet does not lead to. Where a public name
 * leads is the network's to say.
 */
export function isPrivateHost(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1').replace(/^::ffff:(?=\d+\.)/i, '')
  if (address.includes(':')) return /^(::1?|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)$/i.test(address)
  return (
    !address.includes('.') ||
    /(^|\.)(localhost|local|internal|lan|home\.arpa)$/i.test(address) ||
    /^(127|10|0)\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\.|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(
      address,
    )
  )
}
