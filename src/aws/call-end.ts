/** AWS throttles with 400 as well, and then only the error's name says so. */
const throttled = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/

/** What a call that threw says of its target: AWS that says no is well; one that throttles, or answers with what is no answer, fails. */
export function endOfRefused(error: unknown): 'answered' | 'failed' {
  const { name = '', $metadata } = error as {
    readonly name?: string
    readonly $metadata?: { readonly httpStatusCode?: number }
  }
  const status = $metadata?.httpStatusCode ?? 0
  const saysNo = status >= 400 && status < 500 && status !== 429 && !throttled.test(name)
  return saysNo ? 'answered' : 'failed'
}
