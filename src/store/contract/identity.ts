import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { OpenStore } from '../contract.ts'
import { organization, token, user } from './seed.ts'
import { opened } from './unit.ts'

/** Organizations, users, memberships, tokens. */
export function identityContract(open: OpenStore): void {
  it('keeps organizations whole and lists them by name', async () => {
    await using scope = await opened(open)
    const { store } = scope
    await store.change(async (tx) => {
      for (const name of ['zeta', 'beta', 'Gamma']) await tx.organizations.insert(organization(name))
    })
    await store.read(async (tx) => {
      assert.deepEqual({ ...(await tx.organizations.get('o-beta')) }, organization('beta'))
      const first = await tx.organizations.list(null, 2)
      assert.deepEqual(names(first.items), ['Gamma', 'acme'])
      assert.equal(first.more, true)
      const second = await tx.organizations.list('acme', 2)
      assert.deepEqual(names(second.items), ['beta', 'zeta'])
      assert.equal(second.more, false)
    })
  })

  it('S-20: names are unique in any letter case and found in their own', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      assert.equal(await tx.organizations.insert({ ...organization('ACME'), id: 'other' }), false)
      assert.equal(await tx.organizations.find('Acme'), null)
      assert.equal((await tx.organizations.find('acme'))?.id, 'o-acme')
      assert.equal(await tx.users.insert({ ...user('ADA'), id: 'other' }), false)
      assert.equal(await tx.users.find('Ada'), null)
      const project = { id: 'p-2', organizationId: 'o-acme', name: 'WEB', createdMs: 1 }
      assert.equal(await tx.projects.insert(project), false)
      assert.equal(await tx.projects.find('o-acme', 'WEB'), null)
    })
  })

  it('updates an organization and a user unless the new name is taken', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      await tx.organizations.insert(organization('beta'))
      assert.equal(await tx.organizations.update({ ...organization('beta'), name: 'Acme' }), false)
      assert.equal(await tx.organizations.update({ ...organization('beta'), name: 'BETA' }), true)
      assert.equal((await tx.organizations.find('BETA'))?.id, 'o-beta')
      await tx.users.insert(user('bob'))
      assert.equal(await tx.users.update({ ...user('bob'), login: 'ADA' }), false)
      const changed = { ...user('bob'), siteAdmin: true, passwordHash: 'scrypt$x', disabledMs: 5 }
      assert.equal(await tx.users.update(changed), true)
      assert.deepEqual({ ...(await tx.users.find('bob')) }, changed)
      assert.equal(await tx.users.update(user('nobody')), false)
    })
  })

  it('gives memberships with their organizations and members with their users', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      await tx.organizations.insert(organization('beta'))
      await tx.users.insert(user('bob'))
      const since = { createdMs: 3 }
      await tx.memberships.put({ organizationId: 'o-beta', userId: 'u-ada', role: 'member', ...since })
      await tx.memberships.put({ organizationId: 'o-acme', userId: 'u-ada', role: 'member', ...since })
      await tx.memberships.put({ organizationId: 'o-acme', userId: 'u-ada', role: 'admin', createdMs: 9 })
      await tx.memberships.put({ organizationId: 'o-acme', userId: 'u-bob', role: 'member', ...since })
      const mine = await tx.memberships.ofUser('u-ada')
      assert.deepEqual(
        mine.map((found) => [
          found.organization.name,
          found.role,
          found.createdMs,
          found.organization.createdMs,
        ]),
        [
          ['acme', 'admin', 3, 1],
          ['beta', 'member', 3, 1],
        ],
      )
      const page = await tx.memberships.ofOrganization('o-acme', 'ada', 5)
      assert.deepEqual(
        page.items.map((found) => [found.user.login, found.role]),
        [['bob', 'member']],
      )
      assert.equal((await tx.memberships.get('o-acme', 'u-ada'))?.role, 'admin')
      assert.equal(await tx.memberships.delete('o-acme', 'u-ada'), true)
      assert.equal(await tx.memberships.delete('o-acme', 'u-ada'), false)
      assert.equal(await tx.memberships.get('o-acme', 'u-ada'), null)
    })
  })

  it('keeps a token whole and finds it by its public id', async () => {
    await using scope = await opened(open)
    const full = token('t1', {
      type: 'team',
      organizationId: 'o-acme',
      team: 'core',
      admin: true,
      scopes: ['env:open'],
      environmentIds: ['e-p-web-dev'],
      expiresMs: 99,
      secretHash: Uint8Array.from({ length: 32 }, (_, index) => index),
    })
    await scope.store.change(async (tx) => {
      assert.equal(await tx.tokens.insert(full), true)
      assert.equal(await tx.tokens.insert(full), false)
    })
    const found = await scope.store.read((tx) => tx.tokens.get('t1'))
    assert.deepEqual({ ...found, secretHash: undefined }, { ...full, secretHash: undefined })
    assert.deepEqual(Uint8Array.from(found!.secretHash), full.secretHash)
    assert.equal(await scope.store.read((tx) => tx.tokens.get('T1')), null)
  })

  it('S-11: revoking happens once, and all of a user at once', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      for (const id of ['a', 'b', 'c']) await tx.tokens.insert(token(id))
      await tx.tokens.insert(token('m', { type: 'organization', organizationId: 'o-acme' }))
      assert.equal(await tx.tokens.revoke('a', 5), true)
      assert.equal(await tx.tokens.revoke('a', 6), false)
      assert.equal(await tx.tokens.revokeOfUser('u-ada', 7), 3)
      assert.equal((await tx.tokens.get('a'))?.revokedMs, 5)
      assert.equal((await tx.tokens.get('c'))?.revokedMs, 7)
      const own = await tx.tokens.ofUser('u-ada', 'a', 1)
      assert.deepEqual([own.items.map((found) => found.id), own.more], [['b'], true])
      const machine = await tx.tokens.ofOrganization('o-acme', null, 5)
      assert.deepEqual(
        machine.items.map((found) => found.id),
        ['m'],
      )
    })
  })

  it('moves the last use of a token forward only', async () => {
    await using scope = await opened(open)
    await scope.store.change(async (tx) => {
      await tx.tokens.insert(token('a'))
      for (const at of [5, 9, 7]) await tx.tokens.touch('a', at)
      assert.equal((await tx.tokens.get('a'))?.lastUsedMs, 9)
    })
  })
}

function names(items: readonly { readonly name: string }[]): readonly string[] {
  return items.map((item) => item.name)
}
