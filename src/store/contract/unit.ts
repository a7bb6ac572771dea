import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { OpenStore } from '../contract.ts'
import type { Transaction } from '../store.ts'
import { ada, environment, organization, revision, seed } from './seed.ts'

/** Units of work: all or nothing, one after another, each read one snapshot. */
export function unitContract(open: OpenStore): void {
  it('R-04: a unit of work that throws leaves nothing', async () => {
    await using scope = await opened(open)
    const boom = new Error('boom')
    const failing = scope.store.change(async (tx) => {
      await tx.revisions.insert(revision('e-p-web-dev', 2))
      await tx.environments.advance('e-p-web-dev', 1, 2)
      await tx.settings.put('server', 'x', 1)
      throw boom
    })
    await assert.rejects(failing, boom)
    await scope.store.read(async (tx) => {
      assert.equal((await tx.environments.get('e-p-web-dev'))?.latest, 1)
      assert.equal(await tx.revisions.get('e-p-web-dev', 2), null)
      assert.equal(await tx.settings.get('server', 'x'), undefined)
    })
  })

  it('R-04: a statement that fails undoes the whole unit even when the work swallows the error', async () => {
    await using scope = await opened(open)
    const failing = scope.store.change(async (tx) => {
      await tx.settings.put('server', 'x', 1)
      // No such environment: the foreign key refuses it.
      await tx.revisions.insert(revision('nowhere', 1)).catch(() => undefined)
    })
    await assert.rejects(failing)
    assert.equal(await scope.store.read((tx) => tx.settings.get('server', 'x')), undefined)
  })

  it('gives back what the work returns', async () => {
    await using scope = await opened(open)
    assert.equal(await scope.store.change(async () => 42), 42)
    assert.equal(await scope.store.read(async () => 'x'), 'x')
  })

  it('R-08: a change is seen by the next read', async () => {
    await using scope = await opened(open)
    for (let value = 0; value < 20; value += 1) {
      await scope.store.change((tx) => tx.settings.put('server', 'x', value))
      assert.equal(await scope.store.read((tx) => tx.settings.get('server', 'x')), value)
    }
  })

  it('a read cannot write', async () => {
    await using scope = await opened(open)
    await assert.rejects(scope.store.read((tx) => (tx as Transaction).settings.put('server', 'x', 1)))
    assert.equal(await scope.store.read((tx) => tx.settings.get('server', 'x')), undefined)
    await scope.store.change((tx) => tx.settings.put('server', 'x', 2))
  })

  it('a transaction is useless after its unit of work', async () => {
    await using scope = await opened(open)
    const { kept } = await scope.store.change(async (tx) => ({ kept: tx }))
    await assert.rejects(kept.settings.put('server', 'x', 1), /unit of work had ended/)
    await assert.rejects(kept.tokens.get('t'), /unit of work had ended/)
  })

  it('R-05: of many writers that expect the same revision exactly one wins', async () => {
    await using scope = await opened(open)
    const tries = Array.from({ length: 64 }, () =>
      scope.store.change(async (tx) => {
        if (!(await tx.environments.advance('e-p-web-dev', 1, 5))) return false
        return await tx.revisions.insert(revision('e-p-web-dev', 2))
      }),
    )
    const won = (await Promise.all(tries)).filter(Boolean)
    assert.equal(won.length, 1)
    assert.equal((await scope.store.read((tx) => tx.environments.get('e-p-web-dev')))?.latest, 2)
  })

  it('R-06: accepted saves are revisions without gaps, each by one writer', async () => {
    await using scope = await opened(open)
    const { store } = scope
    const writer = async (name: string) => {
      let accepted = 0
      while (accepted < 10) {
        const seen = (await store.read((tx) => tx.environments.get('e-p-web-dev')))?.latest ?? 0
        const done = await store.change(async (tx) => {
          if (!(await tx.environments.advance('e-p-web-dev', seen, seen))) return false
          return await tx.revisions.insert(revision('e-p-web-dev', seen + 1, `${name}-${accepted}`))
        })
        if (done) accepted += 1
      }
    }
    await Promise.all(Array.from({ length: 8 }, (_, index) => writer(`w${index}`)))
    const { items } = await store.read((tx) => tx.revisions.list('e-p-web-dev', null, 500))
    assert.deepEqual(
      items.map((item) => item.number),
      Array.from({ length: 81 }, (_, index) => 81 - index),
    )
    const texts = await store.read(async (tx) => {
      const revisions = items.map((item) => tx.revisions.get('e-p-web-dev', item.number))
      return (await Promise.all(revisions)).map((found) => new TextDecoder().decode(found?.source))
    })
    assert.equal(new Set(texts).size, 81)
  })

  it('a unit of work inside another is refused at once instead of waiting for itself', async () => {
    await using scope = await opened(open)
    const { store } = scope
    const refused = /may not start another/
    await assert.rejects(
      store.change(() => store.read(async () => 1)),
      refused,
    )
    await assert.rejects(
      store.change(() => store.change(async () => 1)),
      refused,
    )
    await assert.rejects(
      store.read(() => store.read(async () => 1)),
      refused,
    )
    assert.equal(await store.read(async () => 1), 1)
  })

  it('what a unit of work started may use the store once the unit has ended', async () => {
    await using scope = await opened(open)
    const { store } = scope
    const gate = Promise.withResolvers<void>()
    let later: Promise<unknown> = Promise.resolve()
    await store.change(async () => {
      later = gate.promise.then(() => store.change((tx) => tx.settings.put('server', 'x', 1)))
    })
    gate.resolve()
    await later
    assert.equal(await store.read((tx) => tx.settings.get('server', 'x')), 1)
  })

  it('a failed change does not hold up the next', async () => {
    await using scope = await opened(open)
    const failing = scope.store.change(() => Promise.reject(new Error('x')))
    const next = scope.store.change((tx) => tx.settings.put('server', 'x', 1))
    await assert.rejects(failing)
    await next
  })

  it('S-20: a name that is taken is refused without ending the unit', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      assert.equal(await tx.organizations.insert(organization('acme')), false)
      assert.equal(await tx.environments.insert(environment('p-web', 'dev', 'e-2')), false)
      await tx.environmentTags.insert({
        environmentId: 'e-p-web-dev',
        name: 'a',
        value: 'b',
        editor: ada,
        createdMs: 1,
        modifiedMs: 1,
      })
    })
    assert.notEqual(await scope.store.read((tx) => tx.environmentTags.get('e-p-web-dev', 'a')), null)
  })

  it('refuses work after it was closed', async () => {
    const { store } = await opened(open)
    await store.close()
    await assert.rejects(
      store.read(async () => 1),
      { code: 'STORE_CLOSED' },
    )
    await assert.rejects(
      store.change(async () => 1),
      { code: 'STORE_CLOSED' },
    )
    await store.close()
  })
}

/** A seeded store that closes itself at the end of the test. */
export async function opened(open: OpenStore) {
  const store = await open()
  await seed(store)
  return { store, [Symbol.asyncDispose]: () => store.close() }
}
