import { type Counting, countedHere, createSharedCounting, type LogEvent } from '../service/index.ts'
import { openPermitBook } from '../store/index.ts'
import type { ServerSettings } from './server-settings.ts'
import type { Status } from './status.ts'
import { databaseUrl } from './store.ts'

const nowMs = () => performance.now()

/** The limits of S-55. */
export function limitsOf(perSecond: number) {
  if (perSecond === 0) return {}
  return {
    rateLimit: { perSecond, burst: 2 * perSecond, nowMs },
    addressLimit: { perSecond: 10, burst: 10, nowMs },
    openLimit: { perSecond: 200, burst: 200, nowMs },
    loginLimit: { most: 10, milliseconds: 60_000, nowMs },
    testFireLimit: { most: 10, milliseconds: 60_000, nowMs },
  }
}

/** Identity tokens for clouds: sixty a minute for each environment. */
export function mintLimitOf(perSecond: number, counting: Counting = countedHere) {
  if (perSecond === 0) return {}
  const window = { most: 60, milliseconds: 60_000, nowMs }
  return {
    mintLimit: counting.window('mints', window, 'identity tokens a minute', 'minted by this environment'),
  }
}

/** A server that was not heard of for so long counts no more: three times the time between two looks. */
const silentMs = 30_000

/** How requests are counted: by the servers of one database together, or by the one server of a file alone. */
export function countingOf(
  { database, rateLimit }: Pick<ServerSettings, 'database' | 'rateLimit'>,
  status: Pick<Status, 'installation'>,
  log: (event: LogEvent) => void,
): { readonly counting: Counting; stop(): Promise<void> } {
  if (database === undefined || rateLimit === 0) return { counting: countedHere, async stop() {} }
  const book = openPermitBook(databaseUrl(database))
  const counting = createSharedCounting({
    book,
    servers: () => serversIn(status),
    nowMs,
    onAnswering: (answers) =>
      log(
        answers
          ? { level: 'info', event: 'limits-shared' }
          : { level: 'warn', event: 'limits-apart', servers: serversIn(status) },
      ),
  })
  return {
    counting,
    async stop() {
      counting.stop()
      await book.close()
    },
  }
}

function serversIn({ installation }: Pick<Status, 'installation'>): number {
  if (installation === null) return 1
  const { asOfMs, replicas } = installation
  return replicas.filter(({ lastSeenMs }) => asOfMs - lastSeenMs < silentMs).length
}
