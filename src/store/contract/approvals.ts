import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { OpenStore } from '../contract.ts'
import type { ChangeRequest, OpenRequest } from '../workflow-records.ts'
import { ada, environment } from './seed.ts'
import { opened } from './unit.ts'

const bob = { id: 'u-bob', login: 'bob', name: 'Bob' }
const where = { organizationId: 'o-acme', environmentId: 'e-p-web-dev' }

/** Change requests with their drafts, events and approvals; requests to open. */
export function approvalsContract(open: OpenStore): void {
  it('change requests list newest first, of an environment or of all', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      await tx.environments.insert(environment('p-web', 'prod'))
      for (const [id, createdMs, environmentId] of [
        ['a', 1, 'e-p-web-dev'],
        ['b', 2, 'e-p-web-prod'],
        ['c', 2, 'e-p-web-dev'],
        ['d', 3, 'e-p-web-dev'],
      ] as const) {
        assert.equal(await tx.changeRequests.insert({ ...changeRequest(id), createdMs, environmentId }), true)
      }
      assert.equal(await tx.changeRequests.insert(changeRequest('a')), false)
      const seen: string[] = []
      let before: ChangeRequest | null = null
      for (;;) {
        const page = await tx.changeRequests.list('o-acme', null, before, 1)
        seen.push(...page.items.map((item) => item.id))
        if (!page.more) break
        before = page.items.at(-1)!
      }
      assert.deepEqual(seen, ['d', 'c', 'b', 'a'])
      const own = await tx.changeRequests.list('o-acme', 'e-p-web-dev', null, 9)
      assert.deepEqual(
        own.items.map((item) => item.id),
        ['d', 'c', 'a'],
      )
      assert.deepEqual(await tx.changeRequests.get('a'), { ...changeRequest('a'), createdMs: 1 })
    })
  })

  it('a change request goes on from the status that was expected only', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      await tx.changeRequests.insert(changeRequest('a'))
      assert.equal((await tx.changeRequests.active('e-p-web-dev', ['draft', 'ready']))?.id, 'a')
      const submit = { status: 'ready', description: 'why', modifiedMs: 5 }
      assert.equal(await tx.changeRequests.transition('a', 'draft', submit), true)
      assert.equal(await tx.changeRequests.transition('a', 'draft', submit), false)
      assert.equal(await tx.changeRequests.active('e-p-web-dev', ['draft']), null)
      assert.equal(await tx.changeRequests.active('e-p-web-dev', []), null)
      assert.deepEqual(await tx.changeRequests.get('a'), { ...changeRequest('a'), ...submit })
    })
  })

  it('R-05: drafts advance by compare-and-set', async () => {
    await using scope = await opened(open)
    await scope.store.change((tx) => tx.changeRequests.insert(changeRequest('a')))
    const tries = Array.from({ length: 16 }, (_, index) =>
      scope.store.change(async (tx) => {
        if (!(await tx.changeRequests.advance('a', 1, index))) return false
        const draft = { changeRequestId: 'a', number: 2, contentHash: 'h', creator: ada, createdMs: 1 }
        return await tx.changeRequests.insertDraft({ ...draft, source: new Uint8Array([index]) })
      }),
    )
    const won = (await Promise.all(tries)).flatMap((done, index) => (done ? [index] : []))
    assert.equal(won.length, 1)
    const draft = await scope.store.read((tx) => tx.changeRequests.draft('a', 2))
    assert.deepEqual([...draft!.source], won)
    assert.equal(await scope.store.read((tx) => tx.changeRequests.draft('a', 3)), null)
  })

  it('keeps events in order and one approval for each approver', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      const { changeRequests } = tx
      await changeRequests.insert(changeRequest('a'))
      for (const number of [1, 2, 3]) {
        const details = { comment: `c${number}` }
        const event = { changeRequestId: 'a', number, type: 'commented', by: bob, atMs: number, details }
        assert.equal(await changeRequests.insertEvent(event), true)
        assert.equal(await changeRequests.insertEvent(event), false)
      }
      const page = await changeRequests.events('a', 1, 1)
      assert.deepEqual([page.items.map((event) => event.details), page.more], [[{ comment: 'c2' }], true])
      const approval = { changeRequestId: 'a', approver: bob, revision: 1, comment: '', atMs: 1 }
      await changeRequests.putApproval(approval)
      await changeRequests.putApproval({ ...approval, revision: 2, comment: 'again' })
      await changeRequests.putApproval({ ...approval, approver: ada, atMs: 9 })
      assert.deepEqual(
        (await changeRequests.approvals('a')).map((given) => [given.approver.login, given.revision]),
        [
          ['bob', 2],
          ['ada', 1],
        ],
      )
      assert.equal(await changeRequests.deleteApproval('a', 'u-bob'), true)
      assert.equal(await changeRequests.deleteApproval('a', 'u-bob'), false)
      assert.equal(await changeRequests.deleteApprovals('a'), 1)
    })
  })

  it('an open request is granted once and lets in until its end', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      const request: OpenRequest = {
        ...where,
        id: 'r',
        asker: bob,
        grantExpirationSeconds: 90_000,
        accessDurationSeconds: 259_200,
        createdMs: 1,
        grantedMs: null,
        accessUntilMs: null,
      }
      assert.equal(await tx.openRequests.insert(request), true)
      assert.equal(await tx.openRequests.active('e-p-web-dev', 'u-bob', 0), null)
      assert.equal(await tx.openRequests.grant('r', 2, 10), true)
      assert.equal(await tx.openRequests.grant('r', 3, 99), false)
      const granted = { ...request, grantedMs: 2, accessUntilMs: 10 }
      assert.deepEqual(await tx.openRequests.get('r'), granted)
      assert.deepEqual(await tx.openRequests.active('e-p-web-dev', 'u-bob', 9), granted)
      assert.equal(await tx.openRequests.active('e-p-web-dev', 'u-bob', 10), null)
      assert.equal(await tx.openRequests.active('e-p-web-dev', 'u-ada', 9), null)
    })
  })
}

/** A draft by `ada`. */
export function changeRequest(id: string): ChangeRequest {
  return {
    ...where,
    id,
    action: 'update',
    status: 'draft',
    description: '',
    createdBy: ada,
    baseRevision: 1,
    latestRevision: 1,
    createdMs: 1,
    modifiedMs: 1,
  }
}
