import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { OpenStore } from '../contract.ts'
import type { Environment } from '../records.ts'
import type { EnvironmentKey, Transaction } from '../store.ts'
import { ada, environment, organization, revision } from './seed.ts'
import { opened } from './unit.ts'

/** Projects and environments: names, pages, deletion and what comes after. */
export function environmentsContract(open: OpenStore): void {
  it('fills an environment with the names above it', async () => {
    await using scope = await opened(open)
    const expected: Environment = {
      id: 'e-p-web-dev',
      organizationId: 'o-acme',
      projectId: 'p-web',
      organization: 'acme',
      project: 'web',
      name: 'dev',
      latest: 1,
      ownedBy: ada,
      deletionProtected: false,
      createdMs: 1,
      modifiedMs: 1,
      deletedMs: null,
    }
    await scope.store.read(async (tx) => {
      assert.deepEqual({ ...(await tx.environments.get('e-p-web-dev')) }, expected)
      assert.deepEqual({ ...(await tx.environments.find('o-acme', 'web', 'dev')) }, expected)
    })
  })

  it('S-20: an environment is found by its exact spelling only', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      for (const [project, name] of [
        ['Web', 'dev'],
        ['web', 'Dev'],
        ['web', 'de'],
        ['web', 'dev '],
        ['web', '%'],
      ] as const) {
        assert.equal(await tx.environments.find('o-acme', project, name), null)
      }
      assert.equal(await tx.environments.find('o-other', 'web', 'dev'), null)
      assert.equal(await tx.environments.insert(environment('p-web', 'DEV')), false)
    })
  })

  it('pages by (organization, project, name) in byte order, across organizations', async () => {
    await using scope = await opened(open)
    const wanted = await scope.store.change(seedMany)
    await scope.store.read(async (tx) => {
      for (const size of [1, 2, 3, 7, 100]) {
        const seen: string[] = []
        let after: EnvironmentKey | null = null
        for (;;) {
          const page = await tx.environments.list(['o-zeta', 'o-acme', 'o-beta'], after, size)
          assert.ok(page.items.length <= size)
          seen.push(...page.items.map(path))
          if (!page.more) break
          after = page.items.at(-1)!
        }
        assert.deepEqual(seen, wanted, `pages of ${size}`)
      }
      assert.deepEqual((await tx.environments.list([], null, 5)).items, [])
    })
  })

  it('a page is not moved by rows that come and go before it', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      for (const name of ['a', 'b', 'c', 'd']) await tx.environments.insert(environment('p-web', name))
      const first = await tx.environments.list(['o-acme'], null, 2)
      await tx.environments.delete('e-p-web-a', 5)
      await tx.environments.insert(environment('p-web', 'aa'))
      const second = await tx.environments.list(['o-acme'], first.items.at(-1)!, 2)
      assert.deepEqual(second.items.map(path), ['acme/web/c', 'acme/web/d'])
    })
  })

  it('changes what is given and refuses a name that is taken', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      await tx.projects.insert({ id: 'p-api', organizationId: 'o-acme', name: 'api', createdMs: 1 })
      await tx.environments.insert(environment('p-api', 'prod'))
      const { environments } = tx
      assert.equal(await environments.update('e-p-web-dev', { deletionProtected: true, modifiedMs: 7 }), true)
      assert.equal(await environments.update('e-p-web-dev', { projectId: 'p-api', name: 'PROD' }), false)
      assert.equal(await environments.update('e-p-web-dev', { projectId: 'p-api', name: 'Dev' }), true)
      const found = await environments.find('o-acme', 'api', 'Dev')
      assert.deepEqual(
        [found?.id, found?.deletionProtected, found?.modifiedMs, found?.ownedBy],
        ['e-p-web-dev', true, 7, ada],
      )
      assert.equal(await environments.find('o-acme', 'web', 'dev'), null)
      assert.equal(await environments.update('nowhere', { name: 'x' }), false)
    })
  })

  it('deletes only what is not protected, and takes its sessions along', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      await tx.openSessions.insert(session('s1'))
      await tx.environments.update('e-p-web-dev', { deletionProtected: true })
      assert.equal(await tx.environments.delete('e-p-web-dev', 9), false)
      assert.notEqual(await tx.openSessions.get('s1'), null)
      await tx.environments.update('e-p-web-dev', { deletionProtected: false })
      assert.equal(await tx.environments.delete('e-p-web-dev', 9), true)
      assert.equal(await tx.environments.delete('e-p-web-dev', 10), false)
      assert.equal(await tx.openSessions.get('s1'), null)
      assert.equal(await tx.environments.find('o-acme', 'web', 'dev'), null)
      assert.equal((await tx.environments.get('e-p-web-dev'))?.deletedMs, 9)
      assert.equal(await tx.environments.advance('e-p-web-dev', 1, 11), false)
    })
  })

  it('restores a deleted environment unless its name was taken meanwhile', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      await tx.environments.delete('e-p-web-dev', 9)
      assert.equal(await tx.environments.insert(environment('p-web', 'Dev', 'e-new')), true)
      assert.equal((await tx.environments.findDeleted('o-acme', 'web', 'dev'))?.id, 'e-p-web-dev')
      assert.equal(await tx.environments.restore('e-p-web-dev', 10), false)
      await tx.environments.delete('e-new', 11)
      const deleted = await tx.environments.listDeleted('o-acme', null, 1)
      assert.deepEqual([deleted.items.map((found) => found.id), deleted.more], [['e-new'], true])
      assert.equal(await tx.environments.restore('e-p-web-dev', 12), true)
      assert.equal(await tx.environments.restore('e-p-web-dev', 13), false)
      assert.equal((await tx.environments.find('o-acme', 'web', 'dev'))?.modifiedMs, 12)
      assert.notEqual(await tx.revisions.latest('e-p-web-dev'), null)
    })
  })

  it('S-07: purging removes an environment with its history and its keys', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      const wrapped = new Uint8Array([1])
      await tx.dataKeys.insert({
        id: 'k',
        ownerId: 'e-p-web-dev',
        wrapped,
        keyId: 'x',
        createdMs: 1,
        retiredMs: null,
      })
      const tag = { environmentId: 'e-p-web-dev', name: 't', editor: ada, createdMs: 1, modifiedMs: 1 }
      await tx.revisionTags.insert({ ...tag, revision: 1 })
      await tx.environmentTags.insert({ ...tag, value: 'v' })
      await tx.settings.put('e-p-web-dev', 's', 1)
      assert.equal(await tx.environments.purge('e-p-web-dev'), false)
      assert.equal(await tx.projects.deleteIfEmpty('p-web'), false)
      await tx.environments.delete('e-p-web-dev', 9)
      assert.equal(await tx.projects.deleteIfEmpty('p-web'), false)
      assert.equal(await tx.environments.purge('e-p-web-dev'), true)
      assert.equal(await tx.environments.get('e-p-web-dev'), null)
      assert.equal(await tx.revisions.get('e-p-web-dev', 1), null)
      assert.deepEqual((await tx.revisionTags.list('e-p-web-dev', null, 9)).items, [])
      assert.deepEqual((await tx.environmentTags.list('e-p-web-dev', null, 9)).items, [])
      assert.equal(await tx.dataKeys.get('k'), null)
      assert.equal((await tx.settings.all('e-p-web-dev')).size, 0)
      assert.equal(await tx.projects.deleteIfEmpty('p-web'), true)
      const respelled = { id: 'p-2', organizationId: 'o-acme', name: 'Web', createdMs: 2 }
      assert.equal(await tx.projects.insert(respelled), true)
      assert.deepEqual((await tx.projects.list('o-acme', null, 5)).items, [respelled])
    })
  })
}

function path(found: EnvironmentKey): string {
  return `${found.organization}/${found.project}/${found.name}`
}

function session(id: string) {
  return {
    id,
    organizationId: 'o-acme',
    environmentId: 'e-p-web-dev',
    revision: 1,
    ownerId: 'u-ada',
    sealed: new Uint8Array([1, 2]),
    dataKeyId: 'k',
    createdMs: 1,
    expiresMs: 50,
  }
}

async function seedMany(tx: Transaction): Promise<readonly string[]> {
  const wanted = ['acme/web/dev']
  for (const name of ['beta', 'zeta', 'unasked']) await tx.organizations.insert(organization(name))
  for (const [organizationName, projectName, names] of [
    ['acme', 'web', ['Z', 'a.b', 'a-b', 'a_b', 'prod']],
    ['acme', 'Api', ['x']],
    ['acme', 'web2', ['a']],
    ['zeta', 'web', ['m']],
    ['unasked', 'web', ['m']],
  ] as const) {
    const id =
      organizationName === 'acme' && projectName === 'web' ? 'p-web' : `p-${organizationName}-${projectName}`
    await tx.projects.insert({ id, organizationId: `o-${organizationName}`, name: projectName, createdMs: 1 })
    for (const name of names) {
      await tx.environments.insert(environment(id, name))
      await tx.revisions.insert(revision(`e-${id}-${name}`, 1))
      if (organizationName !== 'unasked') wanted.push(`${organizationName}/${projectName}/${name}`)
    }
  }
  await tx.environments.insert(environment('p-web', 'gone'))
  await tx.environments.delete('e-p-web-gone', 3)
  return wanted.sort((a, b) => compareKeys(a.split('/'), b.split('/')))
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((part, index) => part !== b[index])
  return at < 0 ? 0 : a[at]! < b[at]! ? -1 : 1
}
