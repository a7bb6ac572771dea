/** One HTTP request as the client makes it. `body` is absent for none. */
export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly signal?: AbortSignal
}

/** The answer: header names in lower case, several values of one name joined with `, `. */
export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/**
 * Sends one request and gives the whole answer, whatever its status.
 *
 * @throws TransportError when no answer came: the name was not found, nobody listens, the time ran out
 */
export type Transport = (request: HttpRequest) => Promise<HttpResponse>

/** Why no answer came. `code` is the system's word for it (`ECONNREFUSED`, `ETIMEDOUT`) or `''`. */
export class TransportError extends Error {
  readonly code: string
  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TransportError'
    this.code = code
  }
}
