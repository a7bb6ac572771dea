import { isLoopbackHost } from './issuer-url.ts'

/** Whom the sandbox answers. */
export interface GateSettings {
  /** Host names beside the loopback ones that a request may be addressed to. */
  readonly hosts?: readonly string[] | undefined
  /** True takes requests for any host name. */
  readonly allowRemote?: boolean | undefined
}

/** The longest body that is read. */
export const maxBodyBytes: number = 256 * 1024

/** A page of some other site in a browser must neither call the sandbox nor reach it by a name of its own. */
export function refuseForeign(request: Request, settings: GateSettings): Response | null {
  const host = hostOf(request)
  const known =
    isLoopbackHost(host) || settings.hosts?.includes(host) === true || settings.allowRemote === true
  if (!known) {
    return new Response(
      `sandbox: the host name ${host.slice(0, 100)} is not one of this sandbox; add it with --allowed-host\n`,
      { status: 421, headers: { 'content-type': 'text/plain; charset=utf-8' } },
    )
  }
  const origin = request.headers.get('origin')
  if (
    origin === null ||
    URL.parse(origin)?.host === (request.headers.get('host') ?? new URL(request.url).host)
  ) {
    return null
  }
  return new Response('sandbox: calls from pages of other origins are refused\n', {
    status: 403,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  })
}

function hostOf(request: Request): string {
  const header = request.headers.get('host')
  const url = header === null ? new URL(request.url) : URL.parse(`http://${header}`)
  return url?.hostname ?? ''
}

/** The body's bytes; `null` when it has more than `maxBodyBytes`. */
export async function readBody(request: Request): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.length
    if (size > maxBodyBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
