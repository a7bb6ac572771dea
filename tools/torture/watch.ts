// What callers see while a database is away: key documents as ever, and of everything else refusals that say when to come back.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, send } from './workload.ts'

const patienceMilliseconds = 40

export interface Watch {
  /** Documents of the issuer that were asked for, and the longest that one took. */
  readonly documents: { asked: number; longestMilliseconds: number }
  /** Answers to reads by status; 0 = none. */
  readonly answers: ReadonlyMap<number, number>
  /** The longest that a caller waited for a refusal. */
  readonly longestRefusalMilliseconds: () => number
  /** A document that did not come, a refusal that is none. */
  readonly wrong: string[]
  stop(): Promise<void>
}

/** Watches every server until it is stopped. */
export function watchGap(client: Client): Watch {
  let stopped = false
  let longestRefusal = 0
  const documents = { asked: 0, longestMilliseconds: 0 }
  const answers = new Map<number, number>()
  const wrong: string[] = []
  const keys = async (url: string) => {
    while (!stopped) {
      const asked = performance.now()
      const status = await fetch(`${url}/oidc/.well-known/jwks`, { signal: AbortSignal.timeout(2_000) }).then(
        async (response) => {
          await response.arrayBuffer()
          return response.status
        },
        (error: Error) => error.name,
      )
      documents.asked += 1
      documents.longestMilliseconds = Math.max(documents.longestMilliseconds, performance.now() - asked)
      if (status !== 200) wrong.push(`the keys of ${url}: ${status}`)
      await sleep(patienceMilliseconds)
    }
  }
  const reads = async (url: string) => {
    while (!stopped) {
      const asked = performance.now()
      const answer = await send(client, url, '/acme/torture/shared')
      const status = answer?.status ?? 0
      answers.set(status, (answers.get(status) ?? 0) + 1)
      if (status !== 200) longestRefusal = Math.max(longestRefusal, performance.now() - asked)
      if (status === 503 && answer?.headers.get('retry-after') === null)
        wrong.push('a 503 without Retry-After')
      else if (status !== 200 && status !== 503) wrong.push(`a read: ${status} ${answer?.text.slice(0, 200)}`)
      await sleep(patienceMilliseconds)
    }
  }
  const watching = Promise.all(client.urls.flatMap((url) => [keys(url), reads(url)]))
  return {
    documents,
    answers,
    longestRefusalMilliseconds: () => longestRefusal,
    wrong,
    async stop() {
      stopped = true
      await watching
    },
  }
}
