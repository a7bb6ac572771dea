import { ProviderError } from '../eval/index.ts'
import { type Breakers, TargetClosed } from './breaker.ts'

/** One request to a vendor's API. The body is sent as JSON. */
export interface VendorRequest {
  readonly url: string
  readonly headers?: { readonly [name: string]: string }
  readonly body: { readonly [name: string]: unknown }
  /** For whose environment: what fails for one organization is not called for it for a while. */
  readonly organization?: string
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
  readonly breakers: Breakers
}

const worthAnother = new Set([429, 500, 502, 503, 504])
const longestWaitSeconds = 10

/**
 * Calls with up to three tries: after a network error, 429 and 5xx, with a wait that doubles and is spread at random;
 * `Retry-After` is obeyed up to 10 s. What a vendor refused (4xx) is never asked twice (providers §1.2). A host that keeps failing
 * is not called for a while, and no more than a tenth of its calls are retries.
 */
export function createVendorCalls({ send, sleep, breakers }: VendorCallParts): VendorCalls {
  return {
    async post(provider, request, signal) {
      const host = URL.parse(request.url)?.host ?? 'the target'
      const target = { organization: request.organization ?? '', kind: provider, host }
      const once = () =>
        breakers.guard(
          target,
          () => send(request, signal),
          (outcome) => {
            if ('answer' in outcome) return worthAnother.has(outcome.answer.status) ? 'failed' : 'answered'
            return signal.aborted ? 'none' : 'failed'
          },
        )
      for (let attempt = 1; ; attempt += 1) {
        let waitMs: number | null
        try {
          const answer = await once()
          if (!worthAnother.has(answer.status)) return answer
          waitMs = breakers.retryIn(target, attempt)
          const { retryAfterSeconds } = answer
          if (waitMs === null || (retryAfterSeconds ?? 0) > longestWaitSeconds) return answer
          if (retryAfterSeconds !== null) waitMs = retryAfterSeconds * 1000
        } catch (cause) {
          if (cause instanceof TargetClosed) throw cause
          waitMs = signal.aborted ? null : breakers.retryIn(target, attempt)
          if (waitMs === null) throw unreachable(provider, host, cause)
        }
        await sleep(waitMs, signal)
      }
    },
  }
}

function unreachable(provider: string, host: string, cause: unknown): ProviderError {
  return new ProviderError(
    `${provider}: ${host} could not be reached`,
    'try: check that the server may call out to it; its log says what went wrong',
    { cause },
  )
}
