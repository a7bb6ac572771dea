import type { Transport } from './transport.ts'

/** Anything that answers a web-standard Request: `app.fetch` of a server in this process, or the platform's. */
export type FetchLike = (request: Request) => Response | Promise<Response>

/** A transport over a fetch-like function. The server in process is used this way, without a socket. */
export function createFetchTransport(answer: FetchLike): Transport {
  return async ({ method, url, headers, body, signal }) => {
    const response = await answer(
      new Request(url, {
        method,
        headers: { ...headers },
        ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
        ...(signal === undefined ? {} : { signal }),
      }),
    )
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: new Uint8Array(await response.arrayBuffer()),
    }
  }
}
