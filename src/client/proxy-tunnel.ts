import type { Socket } from 'node:net'
import { proxyAuthorization } from './node-transport.ts'
import { TransportError } from './transport.ts'

/**
 * A connection to `url`'s host through an HTTP proxy (`CONNECT`), for TLS to be spoken over.
 *
 * @throws TransportError when the proxy cannot be reached or refuses
 */
export async function tunnel(proxy: URL, url: URL, signal?: AbortSignal): Promise<Socket> {
  const { request } = await import('node:http')
  const target = `${url.hostname}:${url.port || 443}`
  return new Promise((resolve, reject) => {
    const fail = (reason: string, code: string) =>
      reject(
        new TransportError(`could not reach ${url.origin} through the proxy ${proxy.host}: ${reason}`, code),
      )
    const connect = request({
      method: 'CONNECT',
      host: proxy.hostname,
      port: proxy.port || 80,
      path: target,
      headers: { host: target, ...proxyAuthorization(proxy) },
      agent: false,
      ...(signal === undefined ? {} : { signal }),
    })
    connect.on('error', (error: NodeJS.ErrnoException) => fail(error.message, error.code ?? ''))
    connect.on('connect', (response, socket) => {
      if (response.statusCode === 200) resolve(socket)
      else fail(`it answered ${response.statusCode}`, 'EPROXY')
    })
    connect.end()
  })
}
