import { createHash, type X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'

const longestChain = 8

/**
 * Whether a certificate that no known authority vouches for is one that was registered: itself, or by an authority in the chain
 * that it came with. `thumbprints` are SHA-256, lower-case hex. An authority counts only when every signature up to it holds
 * and the certificate is for `host`: anybody may put a registered certificate beside one of their own.
 */
export function isPinned(
  leaf: X509Certificate,
  thumbprints: readonly string[],
  host: string,
  nowMs: number,
): boolean {
  let current = leaf
  for (let depth = 0; depth < longestChain; depth += 1) {
    if (nowMs < Date.parse(current.validFrom) || nowMs > Date.parse(current.validTo)) return false
    if (thumbprints.includes(createHash('sha256').update(current.raw).digest('hex'))) {
      const isFor = isIP(host) === 0 ? leaf.checkHost(host) : leaf.checkIP(host)
      return depth === 0 || isFor !== undefined
    }
    const issuer: X509Certificate | undefined = current.issuerCertificate
    if (issuer === undefined || issuer.fingerprint256 === current.fingerprint256) return false
    if (!issuer.ca || !current.checkIssued(issuer) || !current.verify(issuer.publicKey)) return false
    current = issuer
  }
  return false
}
