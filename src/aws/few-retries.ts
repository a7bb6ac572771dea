/** What the AWS SDK asks whether a call is made again. @see the SDK's `retryStrategy` */
export interface RetryStrategyV2 {
  acquireInitialRetryToken(): Promise<RetryToken>
  refreshRetryTokenForRetry(token: RetryToken, failure: { readonly errorType: string }): Promise<RetryToken>
  recordSuccess(): void
}

interface RetryToken {
  getRetryCount(): number
  getRetryDelay(): number
}

/**
 * Tries again what the SDK holds for passing, as far as `retryIn` lets it: it gets the number of attempts that failed, and gives the
 * milliseconds to wait, or null.
 */
export function fewRetries(retryIn: (attempt: number) => number | null): RetryStrategyV2 {
  const token = (count: number, delayMs: number): RetryToken => ({
    getRetryCount: () => count,
    getRetryDelay: () => delayMs,
  })
  return {
    acquireInitialRetryToken: async () => token(0, 0),
    async refreshRetryTokenForRetry(used, { errorType }) {
      const failed = used.getRetryCount() + 1
      const waitMs = errorType === 'CLIENT_ERROR' ? null : retryIn(failed)
      if (waitMs === null) throw new Error('not tried again')
      return token(failed, waitMs)
    },
    recordSuccess() {},
  }
}
