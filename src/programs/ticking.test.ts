import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../diag/index.ts'
import type { LogEvent } from '../service/index.ts'
import { keepTicking } from './ticking.ts'

test('work that fails is named in the log and holds up none that comes after it', async () => {
  const events: LogEvent[] = []
  let done = 0
  const stop = keepTicking(
    5,
    {
      first: () => Promise.reject(new AppError('STORE_CLOSED')),
      second: () => Promise.reject(new TypeError('a secret')),
      third: async () => (done += 1),
    },
    (event) => events.push(event),
  )
  while (done < 2) await sleep(1)
  await stop()
  assert.deepEqual(events.slice(0, 2), [
    { level: 'error', event: 'tick failed', work: 'first', error: 'store_closed' },
    { level: 'error', event: 'tick failed', work: 'second', error: 'TypeError' },
  ])
})

test('rounds that would begin while one runs are left out, and the end waits for the one that runs', async () => {
  let begun = 0
  let ended = 0
  const first = Promise.withResolvers<void>()
  const stop = keepTicking(
    2,
    {
      async slow() {
        begun += 1
        if (begun === 1) await first.promise
        ended += 1
      },
    },
    () => {},
  )
  await sleep(30)
  assert.equal(begun, 1)
  const stopped = stop()
  first.resolve()
  await stopped
  assert.deepEqual([begun, ended], [1, 1])
})
