import { type Transport, TransportError } from './transport.ts'

/** Anything that answers a web-standard Request: `app.fetch` of a server in this process, or the platform's. */
export type FetchLike = (request: Request) => Response | Promise<Response>

/**
 * A transport over a fetch-like function. The server in process is used this way, without a socket. Redirects are not
 * followed: the token is for this server alone.
 */
export function createFetchTransport(answer: FetchLike): Transport {
  return async ({ method, url, headers, body, signal }) => {
    const request = new Request(url, {
      method,
      headers: { ...headers },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
      ...(signal === undefined ? {} : { signal }),
    })
    try {
      const response = await answer(request)
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: new Uint8Array(await response.arrayBuffer()),
      }
    } catch (error) {
      if (signal?.aborted) throw error
      throw noAnswer(url, error)
    }
  }
}

/** `fetch` says `fetch failed` of everything, and keeps the cause below it. */
function noAnswer(url: string, error: unknown): TransportError {
  const { message, cause } = error instanceof Error ? error : { message: String(error), cause: undefined }
  const inner = cause as { readonly code?: unknown; readonly message?: unknown } | undefined
  const said = typeof inner?.message === 'string' && inner.message !== '' ? inner.message : message
  const code = typeof inner?.code === 'string' ? inner.code : ''
  return new TransportError(`could not reach ${new URL(url).origin}: ${said}`, code, { cause: error })
}
