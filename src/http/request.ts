/** The header fields of a request, found in any letter case; a field that was sent several times is joined by `, `. */
export interface RequestHeaders {
  get(name: string): string | null
  keys(): Iterable<string>
  [Symbol.iterator](): Iterator<[string, string]>
}

/** A request as the application reads it: the platform's `Request` is one, and so is what `node:http` received. */
export interface HttpRequest {
  readonly method: string
  /** `http://host/path?query`, or the path and query alone. */
  readonly url: string
  readonly headers: RequestHeaders
  readonly body: AsyncIterable<Uint8Array> | null
  /** Ends when the client has gone. */
  readonly signal: AbortSignal
}

/** What the listener knows of a connection. */
export interface Connection {
  readonly remoteAddress?: string
  /** The request target as it was sent: a URL no longer shows its dot segments. */
  readonly target?: string
  /** Header names and values in turn, as they were sent: joined ones no longer show how many there were. */
  readonly rawHeaders?: readonly string[]
}

/** An answer with all its headers, as it leaves. */
export interface Sent {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | null
}
