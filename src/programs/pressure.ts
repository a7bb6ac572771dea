import type { IncomingMessage, ServerResponse } from 'node:http'

const sampleMilliseconds = 20
const samples = 3
/**
 * Requests are sent away while so many are under way and the event loop, over a few samples, is so late. Few on a slow machine
 * are no overload, nor are many that only wait for others.
 */
const signs = [
  { underWay: 16, lateMilliseconds: 150 },
  { underWay: 64, lateMilliseconds: 25 },
]

/** What is asked when nothing else works any more, and what takes rights away. */
const reserved = /^\/(?:healthz|livez|readyz|oidc(?:\/|$)|\.well-known\/)/
const revocation = /^\/api\/(?:user\/tokens|orgs\/[^/]+\/(?:tokens|teams|members))\//

/** Whether the process has more to do than it can. */
export interface Pressure {
  readonly isHigh: () => boolean
  /** How many requests were sent away. */
  readonly shed: () => number
  /** Sends a request away when there is too much to do and it is none of the reserved; gives whether it did. */
  readonly sendsAway: (request: Pick<IncomingMessage, 'method' | 'url'>, response: ServerResponse) => boolean
  stop(): void
}

/**
 * Watches how late the event loop is: when each of its last turns was late, more work would only make every answer later, until
 * none comes in time. One late turn alone, as after a pause of the process, sends nobody away.
 */
export function watchPressure(monotonicMs: () => number = () => performance.now()): Pressure {
  const late: number[] = []
  let underWay = 0
  let due = monotonicMs() + sampleMilliseconds
  let count = 0
  const timer = setInterval(() => {
    const now = monotonicMs()
    late.push(now - due)
    if (late.length > samples) late.shift()
    due = now + sampleMilliseconds
  }, sampleMilliseconds)
  timer.unref()
  const isHigh = () => {
    const least = late.length < samples ? 0 : Math.min(...late)
    return signs.some((sign) => underWay >= sign.underWay && least > sign.lateMilliseconds)
  }
  return {
    isHigh,
    shed: () => count,
    sendsAway(request, response) {
      if (!isHigh() || isReserved(request)) {
        underWay += 1
        response.once('close', () => {
          underWay -= 1
        })
        return false
      }
      count += 1
      answerOverloaded(response)
      return true
    },
    stop: () => clearInterval(timer),
  }
}

function isReserved({ method = '', url = '' }: Pick<IncomingMessage, 'method' | 'url'>): boolean {
  return reserved.test(url) || (method === 'DELETE' && revocation.test(url))
}

function answerOverloaded(response: ServerResponse): void {
  const message = 'the server has more to do than it can; nothing was done, try again in a second'
  const body = `${JSON.stringify({ code: 503, message })}\n`
  response.writeHead(503, {
    'retry-after': '1',
    'openesc-reason': 'overloaded',
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(body)
}
