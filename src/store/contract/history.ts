import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { OpenStore } from '../contract.ts'
import type { EnvironmentTag, RevisionTag } from '../records.ts'
import type { EnvironmentReference } from '../workflow-records.ts'
import { ada, environment, revision } from './seed.ts'
import { opened } from './unit.ts'

const id = 'e-p-web-dev'
const bob = { id: 'u-bob', login: 'bob', name: 'Bob' }

/** Revisions, revision tags, environment tags. */
export function historyContract(open: OpenStore): void {
  it('keeps a revision byte for byte', async () => {
    await using scope = await opened(open)
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    const sourceChangeRequest = { id: 'c', description: 'why' }
    await scope.store.change(async (tx) => {
      await tx.revisions.insert({ ...revision(id, 2), source: bytes, sourceChangeRequest })
      await tx.revisions.insert({ ...revision(id, 3), source: new Uint8Array(0) })
      assert.equal(await tx.revisions.insert(revision(id, 3)), false)
    })
    await scope.store.read(async (tx) => {
      const found = await tx.revisions.get(id, 2)
      assert.deepEqual(Uint8Array.from(found!.source), bytes)
      assert.deepEqual(found!.sourceChangeRequest, sourceChangeRequest)
      assert.equal((await tx.revisions.get(id, 3))!.source.length, 0)
    })
  })

  it('follows `latest` and lists newest first', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      for (const number of [2, 3, 4]) {
        assert.equal(await tx.environments.advance(id, number - 1, number), true)
        await tx.revisions.insert(revision(id, number))
      }
      assert.equal((await tx.revisions.latest(id))?.number, 4)
      const first = await tx.revisions.list(id, null, 3)
      assert.deepEqual([first.items.map((found) => found.number), first.more], [[4, 3, 2], true])
      assert.equal('source' in first.items[0]!, false)
      const one = await tx.revisions.list(id, 4, 1)
      assert.deepEqual(
        one.items.map((found) => found.number),
        [3],
      )
      assert.deepEqual((await tx.revisions.list(id, 1, 5)).items, [])
    })
  })

  it('retracts a revision once', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      const retraction = { replacement: 2, reason: 'leaked', by: ada, atMs: 9 }
      assert.equal(await tx.revisions.retract(id, 1, retraction), true)
      assert.equal(await tx.revisions.retract(id, 1, { ...retraction, replacement: 3 }), false)
      assert.equal(await tx.revisions.retract(id, 7, retraction), false)
      assert.deepEqual((await tx.revisions.get(id, 1))?.retraction, retraction)
    })
  })

  it('revision tags are unique in any case, move, and page by name', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      await tx.revisions.insert(revision(id, 2))
      for (const name of ['stable', 'Canary', 'prod']) {
        assert.equal(await tx.revisionTags.insert(revisionTag(name)), true)
      }
      assert.equal(await tx.revisionTags.insert(revisionTag('STABLE')), false)
      assert.equal(await tx.revisionTags.get(id, 'Stable'), null)
      assert.equal(await tx.revisionTags.move(id, 'stable', 2, bob, 8), true)
      assert.equal(await tx.revisionTags.move(id, 'Stable', 1, bob, 8), false)
      const moved = { ...revisionTag('stable'), revision: 2, editor: bob, modifiedMs: 8 }
      assert.deepEqual(await tx.revisionTags.get(id, 'stable'), moved)
      const page = await tx.revisionTags.list(id, 'Canary', 1)
      assert.deepEqual([page.items.map((tag) => tag.name), page.more], [['prod'], true])
      const onFirst = await tx.revisionTags.ofRevision(id, 1)
      assert.deepEqual(
        onFirst.map((tag) => tag.name),
        ['Canary', 'prod'],
      )
      assert.equal(await tx.revisionTags.delete(id, 'prod'), true)
      assert.equal(await tx.revisionTags.delete(id, 'prod'), false)
    })
  })

  it('a revision tag points only at a revision that exists', async () => {
    await using scope = await opened(open)
    await assert.rejects(
      scope.store.change((tx) => tx.revisionTags.insert({ ...revisionTag('x'), revision: 99 })),
    )
  })

  it('environment tags are renamed unless the new name is taken', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      for (const name of ['owner', 'team']) await tx.environmentTags.insert(environmentTag(name, 'core'))
      assert.equal(await tx.environmentTags.insert(environmentTag('Owner', 'x')), false)
      assert.equal(await tx.environmentTags.update('owner', environmentTag('TEAM', 'y')), false)
      assert.equal(await tx.environmentTags.update('owner', environmentTag('OWNER', 'y')), true)
      assert.deepEqual(await tx.environmentTags.get(id, 'OWNER'), environmentTag('OWNER', 'y'))
      assert.equal(await tx.environmentTags.get(id, 'owner'), null)
      assert.equal(await tx.environmentTags.update('owner', environmentTag('z', 'y')), false)
      const page = await tx.environmentTags.list(id, null, 1)
      assert.deepEqual([page.items.map((tag) => tag.name), page.more], [['OWNER'], true])
      assert.equal(await tx.environmentTags.delete(id, 'OWNER'), true)
    })
  })

  it('tells who names an environment, in latest revisions or in all', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      const { environmentReferences } = tx
      for (const name of ['a', 'b', 'gone']) {
        await tx.environments.insert(environment('p-web', name))
        await tx.revisions.insert(revision(`e-p-web-${name}`, 1))
        await environmentReferences.insert([reference(`e-p-web-${name}`, 1), reference(`e-p-web-${name}`, 1)])
      }
      await tx.environments.delete('e-p-web-gone', 2)
      await tx.environments.advance('e-p-web-a', 1, 2)
      await tx.revisions.insert(revision('e-p-web-a', 2))
      await environmentReferences.insert([
        { ...reference('e-p-web-a', 2), version: '3' },
        reference('e-p-web-a', 2),
        { ...reference('e-p-web-a', 2), name: 'other' },
      ])
      const target = { project: 'web', name: 'dev' }
      const seen = async (all: boolean) => {
        const found: string[] = []
        let after: EnvironmentReference | null = null
        for (;;) {
          const page = await environmentReferences.referrers('o-acme', target, all, after, 1)
          found.push(
            ...page.items.map((item) => `${item.environmentId.slice(8)}@${item.revision} ${item.version}`),
          )
          if (!page.more) return found
          after = page.items.at(-1)!
        }
      }
      assert.deepEqual(await seen(false), ['a@2 3', 'a@2 latest', 'b@1 latest'])
      assert.deepEqual(await seen(true), ['a@1 latest', 'a@2 3', 'a@2 latest', 'b@1 latest'])
      assert.deepEqual(
        (await environmentReferences.of('e-p-web-a', 2)).map((item) => [item.name, item.version]),
        [
          ['dev', '3'],
          ['dev', 'latest'],
          ['other', 'latest'],
        ],
      )
      const foreign = await environmentReferences.referrers('o-other', target, true, null, 9)
      assert.deepEqual(foreign.items, [])
    })
  })

  it('R-07: an answer is remembered once until it expires', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      const answer = { key: 'k', requestHash: 'h', answer: '{}', expiresMs: 10 }
      assert.equal(await tx.rememberedAnswers.insert(answer, 0), true)
      assert.equal(await tx.rememberedAnswers.insert({ ...answer, answer: 'other' }, 9), false)
      assert.deepEqual(await tx.rememberedAnswers.get('k', 9), answer)
      assert.equal(await tx.rememberedAnswers.get('k', 10), null)
      const next = { ...answer, answer: 'next', expiresMs: 20 }
      assert.equal(await tx.rememberedAnswers.insert(next, 10), true)
      assert.deepEqual(await tx.rememberedAnswers.get('k', 19), next)
      assert.equal(await tx.rememberedAnswers.deleteExpired(19, 5), 0)
      assert.equal(await tx.rememberedAnswers.deleteExpired(20, 5), 1)
    })
  })

  it('gives the tags of many environments at once, and the values in use', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      await tx.environments.insert(environment('p-web', 'a'))
      await tx.environments.insert(environment('p-web', 'gone'))
      for (const [where, value] of [
        ['e-p-web-a', 'x'],
        [id, 'a'],
        ['e-p-web-gone', 'b'],
      ] as const) {
        await tx.environmentTags.insert({ ...environmentTag('team', value), environmentId: where })
      }
      await tx.environments.delete('e-p-web-gone', 2)
      const both = await tx.environmentTags.ofEnvironments([id, 'e-p-web-a'])
      assert.deepEqual(
        both.map((tag) => [tag.environmentId, tag.value]),
        [
          ['e-p-web-a', 'x'],
          [id, 'a'],
        ],
      )
      assert.deepEqual(await tx.environmentTags.ofEnvironments([]), [])
      const page = async (organizationId: string, first: string, last: string) =>
        (
          await tx.environmentTags.ofPage(
            organizationId,
            { project: 'web', name: first },
            { project: 'web', name: last },
          )
        ).map((tag) => tag.environmentId)
      assert.deepEqual(await page('o-acme', 'a', 'dev'), ['e-p-web-a', id])
      assert.deepEqual(await page('o-acme', 'b', 'zzz'), [id])
      assert.deepEqual(await page('o-acme', 'a', 'a'), ['e-p-web-a'])
      assert.deepEqual(await page('o-other', 'a', 'zzz'), [])
      assert.deepEqual(await tx.environmentTags.valuesOf('o-acme', 9), [
        { name: 'team', value: 'a', environmentId: id },
        { name: 'team', value: 'x', environmentId: 'e-p-web-a' },
      ])
    })
  })
}

function revisionTag(name: string): RevisionTag {
  return { environmentId: id, name, revision: 1, editor: ada, createdMs: 1, modifiedMs: 1 }
}

function environmentTag(name: string, value: string): EnvironmentTag {
  return { environmentId: id, name, value, editor: ada, createdMs: 1, modifiedMs: 1 }
}

function reference(environmentId: string, number: number): EnvironmentReference {
  return { environmentId, revision: number, project: 'web', name: 'dev', version: 'latest' }
}
