import { hostname } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../diag/index.ts'
import type { LogEvent, Service } from '../service/index.ts'

/** What works on keys beside the requests of a server. */
export interface KeyWork {
  readonly service: Service
  readonly log: (event: LogEvent) => void
  readonly keyId: string
  readonly rewrap: (report?: (done: number) => void) => Promise<number>
}

const pauseMilliseconds = 2_000

/**
 * Brings data keys over to a new key, and seals values under new data keys, while the server serves (S-06). What a fault
 * stopped is taken up again. Gives a function that stops it and waits for what runs.
 */
export function keepKeysNew({ service, log, keyId, rewrap }: KeyWork): () => Promise<void> {
  const stop = new AbortController()
  const holder = `${hostname()}-${process.pid}`
  const failed = (event: string, error: unknown) =>
    log({ level: 'error', event, error: error instanceof AppError ? error.code.toLowerCase() : 'unknown' })
  const pause = () => wait(pauseMilliseconds, undefined, { signal: stop.signal, ref: false }).catch(() => {})

  const comeOver = async () => {
    while (!stop.signal.aborted) {
      try {
        const count = await rewrap((done) => log({ level: 'info', event: 'data-keys-rewrapping', done }))
        if (count === 0) return
        await service.auditedRequests.happened('data-keys-rewrapped', { keyId, count })
        log({ level: 'info', event: 'data-keys-rewrapped', keyId, count })
        return
      } catch (error) {
        failed('rewrapping data keys failed', error)
        await pause()
      }
    }
  }
  const rotate = async () => {
    while (!stop.signal.aborted) {
      try {
        if (await service.dataKeys.step(holder)) continue
      } catch (error) {
        failed('sealing under new data keys failed', error)
      }
      await pause()
    }
  }
  const running = [comeOver(), rotate()]
  return async () => {
    stop.abort()
    await Promise.all(running)
  }
}
