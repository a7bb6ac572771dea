import { ProviderError } from '../eval/index.ts'

/** One request to a vendor's API. The body is sent as JSON. */
export interface VendorRequest {
  readonly url: string
  readonly headers?: { readonly [name: string]: string }
  readonly body: { readonly [name: string]: unknown }
}

/** What came back: `body` is the JSON object that was in it, or null. */
export interface VendorAnswer {
  readonly status: number
  /** Seconds to wait, as `Retry-After` says it; null without it. */
  readonly retryAfterSeconds: number | null
  readonly body: { readonly [name: string]: unknown } | null
}

/** Calls to the APIs of vendors, each tried again where that helps. */
export interface VendorCalls {
  /** @throws ProviderError when nothing answered; an answer of any status is given back */
  post(provider: string, request: VendorRequest, signal: AbortSignal): Promise<VendorAnswer>
}

/** What the calls are made of: one attempt over the network, and waiting. */
export interface VendorCallParts {
  /** @throws when nothing answered */
  readonly send: (request: VendorRequest, signal: AbortSignal) => Promise<VendorAnswer>
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** A number from 0 up to 1, for the jitter. */
  readonly chance: () => number
}

const tries = 3
const worthAnother = new Set([429, 500, 502, 503, 504])
const longestWaitSeconds = 10

/**
 * Calls with up to three tries: after a network error, 429 and 5xx, with a wait that doubles and is spread at random;
 * `Retry-After` is obeyed up to 10 s. What a vendor refused (4xx) is never asked twice (providers §1.2).
 */
export function createVendorCalls({ send, sleep, chance }: VendorCallParts): VendorCalls {
  return {
    async post(provider, request, signal) {
      for (let attempt = 1; ; attempt += 1) {
        let waitSeconds = chance() * 0.1 * 2 ** attempt
        try {
          const answer = await send(request, signal)
          if (attempt === tries || !worthAnother.has(answer.status)) return answer
          const { retryAfterSeconds } = answer
          if (retryAfterSeconds !== null) {
            if (retryAfterSeconds > longestWaitSeconds) return answer
            waitSeconds = retryAfterSeconds
          }
        } catch (cause) {
          if (attempt === tries || signal.aborted) throw unreachable(provider, request, cause)
        }
        await sleep(waitSeconds * 1000, signal)
      }
    },
  }
}

function unreachable(provider: string, { url }: VendorRequest, cause: unknown): ProviderError {
  const host = URL.parse(url)?.host ?? 'the target'
  return new ProviderError(
    `${provider}: ${host} could not be reached`,
    'try: check that the server may call out to it; its log says what went wrong',
    { cause },
  )
}
