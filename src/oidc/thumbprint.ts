import { createHash } from 'node:crypto'

/** What a TLS server presented when it was asked. */
export interface PresentedCertificates {
  /** DER, in the order they were sent: the server's own first. */
  readonly chain: readonly Uint8Array[]
  /** Why the public authorities that this machine knows do not vouch for it; `''` = they do. */
  readonly problem: string
  /** The address that was connected to. */
  readonly address: string
}

/** Looks at a TLS server without excusing or refusing its certificate; rejects when there is no handshake. */
export type ReadCertificates = (host: string, port: number) => Promise<PresentedCertificates>

/** The thumbprint that IAM keeps for one host of an issuer, and whether AWS looks at it. */
export interface Thumbprint {
  readonly host: string
  /** 40 hexadecimal digits; null when it could not be computed. */
  readonly sha1: string | null
  /** Whether the provider in AWS must list it; null when that is not known. */
  readonly needed: boolean | null
  readonly why: string
}

/**
 * SHA-1 over the DER of the last certificate that the server sends: the top intermediate authority, or the root when the
 * server sends that too.
 *
 * @see the AWS specification §1.2
 */
export function thumbprintOf(chain: readonly Uint8Array[]): string | null {
  const last = chain.at(-1)
  return last === undefined ? null : createHash('sha1').update(last).digest('hex')
}

/** The thumbprints of an issuer: of the host that serves its keys, and of its own where that is another. Never rejects. */
export async function issuerThumbprints(
  issuer: string,
  jwksUri: string,
  readCertificates: ReadCertificates,
): Promise<readonly Thumbprint[]> {
  const urls = [jwksUri, issuer].flatMap((text) => URL.parse(text) ?? [])
  const hosts = new Map(urls.map((url) => [url.host, url]))
  return await Promise.all([...hosts.values()].map((url) => thumbprint(url, readCertificates)))
}

async function thumbprint(url: URL, readCertificates: ReadCertificates): Promise<Thumbprint> {
  const { host, hostname, port, protocol } = url
  if (protocol !== 'https:') {
    return { host, sha1: null, needed: null, why: `${url.origin} has no certificate; AWS takes https only` }
  }
  try {
    const name = hostname.replace(/^\[(.*)\]$/, '$1')
    const { chain, problem } = await readCertificates(name, port === '' ? 443 : Number(port))
    const sha1 = thumbprintOf(chain)
    return problem === ''
      ? {
          host,
          sha1,
          needed: false,
          why: 'not needed: public authorities vouch for the certificate, so AWS ignores it',
        }
      : {
          host,
          sha1,
          needed: true,
          why: `needed: no public authority vouches for the certificate (${problem})`,
        }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return { host, sha1: null, needed: null, why: `not computed: ${said}` }
  }
}
