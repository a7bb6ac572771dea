import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { OpenStore } from '../contract.ts'
import type { AuditEntry, Delivery, RotationEvent, Schedule, Webhook } from '../workflow-records.ts'
import { changeRequest } from './approvals.ts'
import { ada, environment } from './seed.ts'
import { opened } from './unit.ts'

const where = { organizationId: 'o-acme', environmentId: 'e-p-web-dev' }

/** Schedules, webhooks, rotations, audit. */
export function workflowContract(open: OpenStore): void {
  it('only running schedules of live environments are due', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      await tx.environments.insert(environment('p-web', 'gone'))
      for (const [id, change] of [
        ['now', { nextExecutionMs: 10 }],
        ['first', { nextExecutionMs: 5 }],
        ['later', { nextExecutionMs: 11 }],
        ['never', { nextExecutionMs: null }],
        ['paused', { nextExecutionMs: 5, paused: true }],
        ['gone', { nextExecutionMs: 5, environmentId: 'e-p-web-gone' }],
      ] as const) {
        assert.equal(await tx.schedules.insert({ ...schedule(id), ...change }), true)
      }
      await tx.environments.delete('e-p-web-gone', 1)
      const due = await tx.schedules.due(10, 9)
      assert.deepEqual(
        due.map((found) => found.id),
        ['first', 'now'],
      )
      const changed = { ...schedule('now'), cron: null, onceMs: 7, lastExecutedMs: 3, modifiedMs: 4 }
      assert.equal(await tx.schedules.update(changed), true)
      assert.deepEqual(await tx.schedules.get('now'), changed)
      assert.equal((await tx.schedules.ofEnvironment('e-p-web-dev')).length, 5)
      assert.equal(await tx.schedules.delete('now'), true)
      assert.equal(await tx.schedules.delete('now'), false)
    })
  })

  it('R-12: a firing exists once, is held by one, and refuses the writes of who lost it', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      const { schedules } = tx
      await schedules.insert(schedule('s'))
      assert.equal(await schedules.insertFiring({ id: 'f', scheduleId: 's', fireMs: 5 }), true)
      assert.equal(await schedules.insertFiring({ id: 'g', scheduleId: 's', fireMs: 5 }), false)
      assert.equal((await schedules.unclaimed(5, 9)).length, 1)
      assert.equal(await schedules.claim('f', 'one', 10, 40), 1)
      assert.equal(await schedules.claim('f', 'two', 39, 70), null)
      assert.equal((await schedules.unclaimed(39, 9)).length, 0)
      assert.equal(await schedules.renew('f', 1, 50), true)
      assert.equal(await schedules.claim('f', 'two', 50, 80), 2)
      assert.equal(await schedules.renew('f', 1, 90), false)
      assert.equal(await schedules.finish('f', 1, 'succeeded', 60, null), false)
      assert.equal(await schedules.finish('f', 2, 'failed', 61, 'why'), true)
      assert.equal(await schedules.finish('f', 2, 'succeeded', 62, null), false)
      assert.equal(await schedules.claim('f', 'three', 999, 1000), null)
      const found = await schedules.firing('f')
      assert.deepEqual([found?.result, found?.errorMessage, found?.executedMs], ['failed', 'why', 61])
      await schedules.insertFiring({ id: 'g', scheduleId: 's', fireMs: 6 })
      const page = await schedules.history('s', null, 1)
      assert.deepEqual([page.items.map((item) => item.id), page.more], [['g'], true])
      assert.equal((await schedules.history('s', 6, 5)).items[0]?.id, 'f')
    })
  })

  it('webhooks have names of their own on each environment and on the organization', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      const { webhooks } = tx
      const onOrganization = { ...webhook('w2', 'deploy'), environmentId: null, sealedSecret: null }
      assert.equal(await webhooks.insert(webhook('w1', 'deploy')), true)
      assert.equal(await webhooks.insert(onOrganization), true)
      assert.equal(await webhooks.insert(webhook('w3', 'DEPLOY')), false)
      await webhooks.insert(webhook('w4', 'alert'))
      assert.deepEqual(await webhooks.find('o-acme', null, 'deploy'), onOrganization)
      assert.equal((await webhooks.find('o-acme', 'e-p-web-dev', 'deploy'))?.id, 'w1')
      assert.equal(await webhooks.find('o-acme', 'e-p-web-dev', 'Deploy'), null)
      assert.equal(await webhooks.find('o-other', 'e-p-web-dev', 'deploy'), null)
      assert.equal(await webhooks.update({ ...webhook('w4', 'Deploy') }), false)
      const changed = { ...webhook('w4', 'alert'), active: false, failingSinceMs: 8, filters: [] }
      assert.equal(await webhooks.update(changed), true)
      assert.deepEqual(
        (await webhooks.of('o-acme', 'e-p-web-dev')).map((found) => [found.name, found.active]),
        [
          ['alert', false],
          ['deploy', true],
        ],
      )
      assert.equal(await webhooks.delete('w4'), true)
      assert.equal(await webhooks.get('w4'), null)
    })
  })

  it('deliveries wait in an outbox until they are done', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      const { webhooks } = tx
      await webhooks.insert(webhook('w', 'deploy'))
      for (const [id, createdMs, nextTryMs] of [
        ['a', 1, 5],
        ['b', 2, 4],
        ['c', 3, 9],
      ] as const) {
        assert.equal(await webhooks.insertDelivery({ ...delivery(id), createdMs, nextTryMs }), true)
      }
      const due = await webhooks.dueDeliveries(5, 9)
      assert.deepEqual(
        due.map((found) => found.id),
        ['b', 'a'],
      )
      const outcome = {
        atMs: 5,
        durationMs: 42,
        requestUrl: 'https://x.test',
        requestHeaders: 'a: b',
        responseCode: 503,
        responseHeaders: '',
        responseBody: 'no',
      }
      assert.equal(await webhooks.noteTry('a', 0, outcome, 60), true)
      assert.equal(await webhooks.noteTry('a', 0, outcome, 60), false)
      assert.equal(await webhooks.noteTry('a', 1, { ...outcome, responseCode: 200 }, null), true)
      const done = await webhooks.delivery('a')
      assert.deepEqual([done?.attempts, done?.nextTryMs, done?.outcome?.responseCode], [2, null, 200])
      const page = await webhooks.deliveries('w', { createdMs: 3, id: 'c' }, 1)
      assert.deepEqual([page.items.map((found) => found.id), page.more], [['b'], true])
      assert.equal(await webhooks.pruneDeliveries(99, 9), 1)
      assert.equal(await webhooks.delivery('a'), null)
      await webhooks.delete('w')
      assert.equal(await webhooks.delivery('b'), null)
    })
  })

  it('a rotation event is completed once and lists newest first', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      const { rotationEvents } = tx
      for (const [id, createdMs] of [
        ['a', 1],
        ['b', 2],
        ['c', 2],
      ] as const) {
        assert.equal(await rotationEvents.insert({ ...rotationEvent(id), createdMs }), true)
      }
      const complete: RotationEvent = {
        ...rotationEvent('a'),
        createdMs: 1,
        completedMs: 9,
        status: 'failed',
        postRotationRevision: 4,
        errorMessage: 'why',
        rotations: [{ id: 'x', environmentPath: 'db.creds', status: 'failed', errorMessage: 'why' }],
      }
      assert.equal(await rotationEvents.complete(complete), true)
      assert.equal(await rotationEvents.complete({ ...complete, status: 'succeeded' }), false)
      assert.deepEqual(await rotationEvents.get('a'), complete)
      const first = await rotationEvents.list('e-p-web-dev', null, 2)
      assert.deepEqual([first.items.map((found) => found.id), first.more], [['c', 'b'], true])
      const second = await rotationEvents.list('e-p-web-dev', first.items.at(-1)!, 2)
      assert.deepEqual([second.items.map((found) => found.id), second.more], [['a'], false])
    })
  })

  it('S-27: audit entries are appended in order, each organization by itself', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      const { auditEntries } = tx
      assert.equal(await auditEntries.head('o-acme'), null)
      assert.equal(await auditEntries.append(entry(2)), false)
      for (const sequence of [1, 2, 3]) assert.equal(await auditEntries.append(entry(sequence)), true)
      assert.equal(await auditEntries.append(entry(3)), false)
      assert.equal(await auditEntries.append(entry(5)), false)
      assert.equal(await auditEntries.append({ ...entry(1), organizationId: 'o-other' }), true)
      assert.deepEqual(await auditEntries.head('o-acme'), { sequence: 3, hash: 'h3' })
      const page = await auditEntries.forward('o-acme', 1, 1)
      assert.deepEqual([page.items, page.more], [[entry(2)], true])
    })
  })

  it('audit entries are found by time and actor, newest first', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      for (const sequence of [1, 2, 3, 4]) await tx.auditEntries.append(entry(sequence))
      const all = { before: null, untilMs: null, actorId: null }
      const numbers = async (filter: Partial<typeof all> | object, limit = 9) =>
        (await tx.auditEntries.list('o-acme', { ...all, ...filter }, limit)).items.map(
          (item) => item.sequence,
        )
      assert.deepEqual(await numbers({}), [4, 3, 2, 1])
      assert.deepEqual(await numbers({ before: 4 }, 2), [3, 2])
      assert.deepEqual(await numbers({ untilMs: 30 }), [2, 1])
      assert.deepEqual(await numbers({ actorId: 'u-1' }), [3, 1])
    })
  })

  it('R-06: audit entries appended at once form one chain', async () => {
    await using scope = await opened(open)
    const append = () =>
      scope.store.change(async (tx) => {
        const head = await tx.auditEntries.head('o-acme')
        return await tx.auditEntries.append({
          ...entry((head?.sequence ?? 0) + 1),
          previousHash: head?.hash ?? '',
        })
      })
    const done = await Promise.all(Array.from({ length: 30 }, append))
    assert.ok(done.every(Boolean))
    const { items } = await scope.store.read((tx) => tx.auditEntries.forward('o-acme', 0, 100))
    assert.deepEqual(
      items.map((item) => item.previousHash),
      ['', ...items.slice(0, -1).map((item) => item.hash)],
    )
  })

  it('purging an environment takes its requests, schedules, hooks and rotations, not its audit', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      await tx.changeRequests.insert(changeRequest('c'))
      await tx.schedules.insert(schedule('s'))
      await tx.webhooks.insert(webhook('w', 'deploy'))
      await tx.webhooks.insertDelivery(delivery('d'))
      await tx.rotationEvents.insert(rotationEvent('r'))
      await tx.auditEntries.append(entry(1))
      await tx.environments.delete('e-p-web-dev', 1)
      assert.equal(await tx.environments.purge('e-p-web-dev'), true)
      assert.equal(await tx.changeRequests.get('c'), null)
      assert.equal(await tx.schedules.get('s'), null)
      assert.equal(await tx.webhooks.get('w'), null)
      assert.equal(await tx.webhooks.delivery('d'), null)
      assert.equal(await tx.rotationEvents.get('r'), null)
      assert.notEqual(await tx.auditEntries.head('o-acme'), null)
    })
  })
}

function schedule(id: string): Schedule {
  return {
    ...where,
    id,
    kind: 'environment_rotation',
    paused: false,
    cron: '0 0 * * *',
    onceMs: null,
    environmentPath: '',
    owner: ada,
    createdMs: 1,
    modifiedMs: 1,
    lastExecutedMs: null,
    nextExecutionMs: 5,
  }
}

function webhook(id: string, name: string): Webhook {
  return {
    ...where,
    id,
    name,
    displayName: name,
    payloadUrl: 'https://hook.test/x',
    format: 'raw',
    active: true,
    filters: ['environment_revision_created'],
    groups: ['environments'],
    sealedSecret: Buffer.from([1, 2]),
    createdMs: 1,
    modifiedMs: 1,
    failingSinceMs: null,
  }
}

function delivery(id: string): Delivery {
  return {
    id,
    webhookId: 'w',
    kind: 'ping',
    payload: '{}',
    createdMs: 1,
    attempts: 0,
    nextTryMs: 1,
    outcome: null,
  }
}

function rotationEvent(id: string): RotationEvent {
  return {
    ...where,
    id,
    createdMs: 1,
    completedMs: null,
    preRotationRevision: 3,
    postRotationRevision: null,
    user: ada,
    status: 'in_progress',
    scheduledActionId: null,
    errorMessage: null,
    rotations: [],
  }
}

function entry(sequence: number): AuditEntry {
  return {
    organizationId: 'o-acme',
    sequence,
    atMs: sequence * 10,
    event: 'environment-open',
    actorId: `u-${sequence % 2}`,
    previousHash: `h${sequence - 1}`,
    hash: `h${sequence}`,
    body: '{}',
  }
}
