// A database with a synchronous standby that takes over, in short. `npm run torture -- --standby` is the long form.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openPostgresStore } from '../src/store/index.ts'
import { failovers } from '../tools/torture/failover.ts'
import { Pair } from '../tools/torture/pair.ts'

let pair: Pair
before(async () => {
  pair = await Pair.start()
})
after(() => pair.stop())

test('R-11, R-41: a standby that takes over has all that was acknowledged, writes resume, refusals say when to come back, and keys stay up', async () => {
  const findings = await failovers({
    pair,
    replicas: 1,
    seed: 11,
    rounds: 1,
    failures: ['lead-astray'],
    pauseMilliseconds: 500,
    progress: () => {},
  })
  assert.deepEqual({ lost: findings.lost, torn: findings.torn }, { lost: [], torn: [] })
  assert.ok(findings.acknowledged > 0 && findings.watch.documents.asked > 0)
  const times = [...findings.resumedMilliseconds.values()].flat()
  assert.ok(times.length === 1 && times.every((time) => time <= 30_000), String(times))
})

test('R-11: a commit that its standby has not got is not acknowledged; a standby is neither read nor written', async () => {
  await pair.attach()
  const nowMs = () => 0
  // A short limit on statements, which must not end the wait of a commit.
  const both = `${pair.url(pair.standbyPort, pair.primaryPort)}&statement_timeout=200`
  const store = await openPostgresStore({ url: both, nowMs, connections: 2 })
  try {
    const put = (value: number) => store.change((tx) => tx.settings.put('server', 'x', value))
    const get = () => store.read((tx) => tx.settings.get('server', 'x'))
    await put(1)
    const receiver = await pair.signalStandby('SIGSTOP')
    let outcome = 'none'
    const acknowledged = put(2).then(
      () => (outcome = 'acknowledged'),
      (error: { code: string }) => (outcome = error.code),
    )
    await sleep(600)
    assert.deepEqual([outcome, await get()], ['none', 1])
    // Whoever ends the wait makes the change seen here, while the standby may never get it.
    await pair.administer("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'")
    await acknowledged
    assert.equal(outcome, 'STORE_UNAVAILABLE')
    await pair.signalStandby('SIGCONT', receiver)
    await put(3)
    assert.equal(await get(), 3)
  } finally {
    await store.close()
  }
  const behind = openPostgresStore({ url: pair.url(pair.standbyPort), nowMs })
  await assert.rejects(behind, { code: 'STORE_UNAVAILABLE', message: /cannot be used: it is a standby$/ })
})
