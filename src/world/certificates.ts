import type { PeerCertificate, TLSSocket } from 'node:tls'
import type { PresentedCertificates } from '../oidc/thumbprint.ts'

const patienceMilliseconds = 5000

/** What a TLS server sends, and whether this machine's authorities vouch for it. Rejects without a handshake. */
export async function readCertificates(host: string, port: number): Promise<PresentedCertificates> {
  // With authorities at hand the runtime completes the chain from them; without any it is what was sent.
  const chain = await handshake(host, port, { ca: [] }, (socket) => sentBy(socket.getPeerCertificate(true)))
  return await handshake(host, port, {}, (socket) => ({
    chain,
    problem: socket.authorized ? '' : String(socket.authorizationError ?? 'it was not verified'),
    address: socket.remoteAddress ?? '',
  }))
}

async function handshake<T>(
  host: string,
  port: number,
  trust: { readonly ca?: string[] },
  look: (socket: TLSSocket) => T,
): Promise<T> {
  const { connect } = await import('node:tls')
  const { isIP } = await import('node:net')
  return await new Promise<T>((resolve, reject) => {
    const socket = connect({
      host,
      port,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      ...trust,
    })
    socket.setTimeout(patienceMilliseconds, () =>
      socket.destroy(new Error(`${host}:${port} did not answer within ${patienceMilliseconds / 1000} s`)),
    )
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      try {
        resolve(look(socket))
      } catch (error) {
        reject(error)
      } finally {
        socket.destroy()
      }
    })
  })
}

interface Linked extends PeerCertificate {
  readonly issuerCertificate?: Linked
}

function sentBy(leaf: Linked): readonly Uint8Array[] {
  const chain: Uint8Array[] = []
  const seen = new Set<string>()
  for (let at: Linked | undefined = leaf; at?.raw !== undefined; at = at.issuerCertificate) {
    // A root is its own issuer.
    if (seen.has(at.fingerprint256)) break
    seen.add(at.fingerprint256)
    chain.push(at.raw)
  }
  return chain
}
