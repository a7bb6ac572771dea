import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { ada, revision, seed, token } from '../contract/seed.ts'
import type { ReadTransaction, Store, Transaction } from '../store.ts'
import { openSqliteStore } from './open.ts'
import { Shelf, WrittenTables } from './remembered-rows.ts'

const folder = mkdtempSync(join(tmpdir(), 'openesc-remembered-'))
after(() => rmSync(folder, { recursive: true }))

let files = 0

/** A store over a new file, with an environment in it. */
async function opened() {
  files += 1
  const path = join(folder, `${files}.db`)
  const store = await openSqliteStore({ path, nowMs: () => 0 })
  await seeded(store)
  return { path, store, [Symbol.asyncDispose]: () => store.close() }
}

async function seeded(store: Store): Promise<void> {
  await seed(store)
  await store.change(async (tx) => {
    await tx.tokens.insert(token('t'))
    await tx.memberships.put({ organizationId: 'o-acme', userId: 'u-ada', role: 'member', createdMs: 1 })
  })
}

/** What the hot reads give. */
async function remembered(tx: ReadTransaction) {
  return {
    token: await tx.tokens.get('t'),
    user: await tx.users.get('u-ada'),
    organization: await tx.organizations.find('acme'),
    role: (await tx.memberships.get('o-acme', 'u-ada'))?.role,
    roles: (await tx.memberships.ofUser('u-ada')).map(({ role }) => role),
    setting: await tx.settings.get('o-acme', 's'),
    environment: await tx.environments.find('o-acme', 'web', 'dev'),
    source: (await tx.revisions.latest('e-p-web-dev'))?.source,
    key: await tx.dataKeys.current('e-p-web-dev'),
    session: (await tx.openSessions.get('x'))?.revision,
    page: (await tx.environments.list(['o-acme'], null, 9)).items,
    tags: await tx.environmentTags.ofPage('o-acme', nowhere, everywhere),
  }
}

const nowhere = { project: '', name: '' }
const everywhere = { project: 'zzz', name: 'zzz' }

/** The same, asked of the database in other words, which are never remembered. */
async function stored(tx: ReadTransaction): ReturnType<typeof remembered> {
  const { items: revisions } = await tx.revisions.list('e-p-web-dev', null, 1)
  const environment = await tx.environments.get('e-p-web-dev')
  const isLive = environment?.deletedMs === null && environment.name === 'dev'
  const keys = await tx.dataKeys.ofOwner('e-p-web-dev')
  const [newest] = revisions
  return {
    token: (await tx.tokens.ofUser('u-ada', null, 9)).items[0] ?? null,
    user: (await tx.users.list(null, 9)).items[0] ?? null,
    organization: (await tx.organizations.list(null, 9)).items[0] ?? null,
    role: (await tx.memberships.ofOrganization('o-acme', null, 9)).items[0]?.role,
    roles: (await tx.memberships.ofOrganization('o-acme', null, 9)).items.map(({ role }) => role),
    setting: (await tx.settings.all('o-acme')).get('s'),
    environment: isLive ? environment : null,
    source: newest && (await tx.revisions.get('e-p-web-dev', newest.number))?.source,
    key: keys.find(({ retiredMs }) => retiredMs === null) ?? null,
    session: (await tx.openSessions.get('x'))?.revision,
    page: environment?.deletedMs === null ? [environment] : [],
    tags: environment?.deletedMs === null ? await tx.environmentTags.ofEnvironments(['e-p-web-dev']) : [],
  }
}

const tag = {
  environmentId: 'e-p-web-dev',
  name: 'team',
  value: 'a',
  editor: ada,
  createdMs: 1,
  modifiedMs: 1,
}

const session = {
  id: 'x',
  organizationId: 'o-acme',
  environmentId: null,
  ownerId: 'u-ada',
  sealed: new Uint8Array(4),
  dataKeyId: 'd',
  createdMs: 1,
  expiresMs: 9,
}

/** Changes of everything that is remembered; `n` makes each another. */
const changes: readonly ((tx: Transaction, n: number) => Promise<unknown>)[] = [
  (tx, n) => tx.tokens.touch('t', n),
  (tx, n) => tx.tokens.revoke('t', n),
  async (tx, n) => tx.users.update({ ...(await tx.users.get('u-ada'))!, name: `Ada ${n}` }),
  async (tx, n) =>
    tx.organizations.update({ ...(await tx.organizations.find('acme'))!, displayName: `${n}` }),
  (tx, n) => tx.memberships.put({ organizationId: 'o-acme', userId: 'u-ada', role: `r${n}`, createdMs: 1 }),
  (tx) => tx.memberships.delete('o-acme', 'u-ada'),
  (tx, n) => tx.settings.put('o-acme', 's', n),
  (tx, n) => tx.settings.putIfAbsent('o-acme', 's', n),
  (tx) => tx.settings.delete('o-acme', 's'),
  (tx, n) => tx.environments.update('e-p-web-dev', { name: n % 2 === 0 ? 'dev' : 'moved' }),
  (tx, n) => tx.environments.delete('e-p-web-dev', n),
  (tx, n) => tx.environments.restore('e-p-web-dev', n),
  async (tx, n) => {
    const latest = (await tx.environments.get('e-p-web-dev'))?.latest ?? 0
    if (await tx.environments.advance('e-p-web-dev', latest, n))
      await tx.revisions.insert(revision('e-p-web-dev', latest + 1, `n: ${n}\n`))
  },
  (tx, n) =>
    tx.dataKeys.insert({
      id: `d${n}`,
      ownerId: 'e-p-web-dev',
      wrapped: new Uint8Array([n]),
      keyId: 'k',
      createdMs: n,
      retiredMs: null,
    }),
  async (tx, n) => tx.dataKeys.retire((await tx.dataKeys.current('e-p-web-dev'))?.id ?? '', n),
  (tx, n) => tx.environmentTags.insert({ ...tag, value: `${n}` }),
  (tx, n) => tx.environmentTags.update('team', { ...tag, value: `${n}` }),
  (tx) => tx.environmentTags.delete('e-p-web-dev', 'team'),
  (tx, n) => tx.openSessions.insert({ ...session, revision: n }),
  (tx, n) => tx.openSessions.deleteExpired(n, 9),
]

test('a remembered row is never an old one, whatever was changed, undone or read before', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          which: fc.array(fc.nat(changes.length - 1), { minLength: 1, maxLength: 3 }),
          fails: fc.boolean(),
          together: fc.boolean(),
        }),
        { minLength: 1, maxLength: 12 },
      ),
      async (steps) => {
        await using scope = await opened()
        const { store } = scope
        const agree = (tx: ReadTransaction) =>
          Promise.all([remembered(tx), stored(tx)]).then(([one, other]) => assert.deepEqual(one, other))
        let n = 0
        const under: Promise<unknown>[] = []
        for (const { which, fails, together } of steps) {
          const change = store
            .change(async (tx) => {
              for (const index of which) {
                n += 1
                await agree(tx)
                await changes[index]!(tx, n)
                await agree(tx)
              }
              if (fails) throw new Error('undone')
            })
            .catch((error: Error) => assert.equal(error.message, 'undone'))
          under.push(change)
          if (!together) await change
          under.push(store.read(agree))
        }
        await Promise.all(under)
        await store.read(agree)
      },
    ),
    { numRuns: 12 },
  )
})

test('a unit that began before a commit sees the state before it to its end', async () => {
  await using scope = await opened()
  const { store } = scope
  await store.change((tx) => tx.settings.put('o-acme', 's', 'before'))
  await store.read(remembered)
  const gate = Promise.withResolvers<void>()
  const reading = Array.from({ length: 20 }, () =>
    store.read(async (tx) => {
      const first = await tx.settings.get('o-acme', 's')
      await gate.promise
      const second = await tx.settings.get('o-acme', 's')
      return [first, second, (await tx.settings.all('o-acme')).get('s')]
    }),
  )
  await new Promise((resolve) => setImmediate(resolve))
  await store.change((tx) => tx.settings.put('o-acme', 's', 'after'))
  gate.resolve()
  for (const seen of await Promise.all(reading)) assert.deepEqual(seen, ['before', 'before', 'before'])
  assert.equal(await store.read((tx) => tx.settings.get('o-acme', 's')), 'after')
})

test('a token that was revoked is read as such by the next unit', async () => {
  await using scope = await opened()
  const { store } = scope
  assert.equal((await store.read((tx) => tx.tokens.get('t')))?.revokedMs, null)
  await store.change((tx) => tx.tokens.revoke('t', 5))
  assert.equal((await store.read((tx) => tx.tokens.get('t')))?.revokedMs, 5)
})

test('what another program wrote into the file is seen after the next change', async () => {
  await using scope = await opened()
  const { store, path } = scope
  await store.read(remembered)
  const other = new DatabaseSync(path)
  other.exec("update access_tokens set revoked_ms = 7 where id = 't'")
  other.close()
  await store.change((tx) => tx.settings.put('o-acme', 's', 1))
  assert.equal((await store.read((tx) => tx.tokens.get('t')))?.revokedMs, 7)
})

test('what is remembered is bounded in number and bytes', () => {
  const shelf = new Shelf()
  for (let index = 0; index < 10_000; index += 1) shelf.set(`k${index}`, { index })
  const left = Array.from({ length: 10_000 }, (_, index) => shelf.get(`k${index}`)).filter(Boolean)
  assert.ok(left.length <= 4_000, `${left.length} rows`)
  assert.deepEqual(shelf.get('k9999'), { index: 9_999 })
  const large = new Shelf()
  for (let index = 0; index < 100; index += 1) large.set(`k${index}`, { text: 'x'.repeat(1_000_000) })
  const held = Array.from({ length: 100 }, (_, index) => large.get(`k${index}`)).filter(Boolean)
  assert.ok(held.length <= 8, `${held.length} MB`)
  large.set('huge', { text: 'x'.repeat(1_100_000) })
  assert.equal(large.get('huge'), undefined)
})

test('a statement in other words than an insertion or an update may have changed anything', () => {
  const written = new WrittenTables()
  written.note('delete from "environments" where "id" = ?')
  assert.ok(written.concerns('user'))
  const inserted = new WrittenTables()
  inserted.note('insert into open_sessions (id) values (?1) on conflict do nothing')
  assert.ok(!inserted.concerns('openSession'))
  inserted.note('insert into "settings" ("a") values (?) on conflict do nothing')
  assert.ok(inserted.concerns('setting'))
  assert.ok(!inserted.concerns('token'))
})
