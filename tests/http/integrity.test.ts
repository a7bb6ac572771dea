// Somebody who can write to the database moves sealed values about. Each row of a real server is changed under it.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { personalToken } from '../../src/service/personal-token.ts'
import type { Environment, Revision } from '../../src/store/index.ts'
import { createWorld, type World } from './world.ts'

const org = '/api/esc/environments/acme'
const home = `${org}/web/prod`

describe('S-02: a stored value that was moved', () => {
  let world: World
  let environment: Environment

  const save = (at: string, body: string) => world.call('ada', `PATCH ${at}`, { body })
  const row = (number: number, of = environment) =>
    world.store.read(async ({ revisions }) => (await revisions.get(of.id, number))!)
  const write = (revision: Revision, change: Partial<Revision>) =>
    world.store.change(({ revisions }) =>
      revisions.reseal(revision.environmentId, revision.number, revision.contentHash, {
        ...revision,
        ...change,
      }),
    )
  const sealedOf = ({ source }: Revision) =>
    [
      ...Buffer.from(source)
        .toString()
        .matchAll(/ciphertext: (\S+)/g),
    ].map((match) => match[1]!)
  /** Runs `work` with the text of a revision changed, and puts it back. */
  const tampered = async (number: number, change: (text: string) => string, work: () => Promise<void>) => {
    const kept = await row(number)
    const text = Buffer.from(kept.source).toString()
    const changed = change(text)
    assert.notEqual(changed, text)
    await write(kept, { source: Buffer.from(changed) })
    await work()
    await write(kept, {})
  }
  const open = async (version = 'latest', at = home) => {
    const answered = await world.call('ada', `POST ${at}/versions/${version}/open`)
    if (answered.status !== 200) return answered
    return await world.call('ada', `GET ${at}/open/${String(answered.json()['id'])}`)
  }

  before(async () => {
    world = await createWorld()
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name: 'prod' } })
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name: 'other' } })
    await save(home, 'values:\n  password:\n    fn::secret: first\n  token:\n    fn::secret: rest\n')
    const text = (await world.call('ada', `GET ${home}`)).text
    await save(home, text.replace(/(password:\n *fn::secret:)\n *ciphertext: \S+/, '$1 second'))
    await save(`${org}/web/other`, 'values:\n  password:\n    fn::secret: theirs\n')
    environment = await world.store.read(async ({ environments, organizations }) => {
      const acme = await organizations.find('acme')
      return (await environments.find(acme!.id, 'web', 'prod'))!
    })
  })
  after(() => world.close())

  test('opens as it was saved, the value that was taken over with the bytes it had', async () => {
    const [first, rest] = sealedOf(await row(2))
    const [second, same] = sealedOf(await row(3))
    assert.notEqual(first, second)
    assert.equal(rest, same)
    assert.match((await open()).text, /second.*rest/s)
    assert.match((await open('2')).text, /first.*rest/s)
  })

  const moves = {
    'another revision, the older one put back': async () => {
      const [first] = sealedOf(await row(2))
      const [second] = sealedOf(await row(3))
      return [3, (text: string) => text.replace(second!, first!)] as const
    },
    'an earlier revision': async () => {
      const [first] = sealedOf(await row(2))
      const [second] = sealedOf(await row(3))
      return [2, (text: string) => text.replace(first!, second!)] as const
    },
    'another path': async () => {
      const [second, rest] = sealedOf(await row(3))
      return [3, (text: string) => text.replace(second!, rest!)] as const
    },
    'another environment': async () => {
      const [second] = sealedOf(await row(3))
      const other = await world.store.read(async ({ environments, revisions }) => {
        const found = await environments.find(environment.organizationId, 'web', 'other')
        return (await revisions.latest(found!.id))!
      })
      return [3, (text: string) => text.replace(second!, sealedOf(other)[0]!)] as const
    },
  }
  for (const [where, move] of Object.entries(moves)) {
    test(`to ${where} is refused by environment, path and revision; the rest still reads`, async () => {
      const [number, change] = await move()
      await tampered(number, change, async () => {
        const opened = await open(String(number))
        assert.equal(opened.status, 400)
        const said = `value_integrity_failed: \`password\` in revision ${number} of \`acme/web/prod\``
        assert.ok(opened.text.includes(said), opened.text)
        assert.match(
          opened.text,
          /earlier revisions are unaffected; restore one with `esc env version rollback/,
        )
        const read = await world.call('ada', `GET ${home}/versions/${number}/decrypt`)
        assert.equal(read.status, 200)
        assert.match(read.text, /ciphertext: \S+ # value_integrity_failed/)
        assert.match(read.text, /token:\n *fn::secret: rest/)
        assert.equal((await world.call('ada', `GET ${home}`)).status, 200)
      })
      assert.equal((await open()).status, 200)
    })
  }

  test('a revision whose bonds were removed or taken from another opens none of its values', async () => {
    const kept = await row(3)
    for (const bonds of [null, '{}', 'no list', (await row(2)).bonds]) {
      await write(kept, { bonds })
      assert.match((await open()).text, /value_integrity_failed: `password` in revision 3/)
      await write(kept, {})
    }
    assert.equal((await open()).status, 200)
  })

  /** A token of ada's that may write and not decrypt. */
  const saveBlindly = async (body: string) => {
    const made = world.parts.tokens.make('personal')
    await world.store.change(async ({ tokens, users }) => {
      const ada = (await users.find('ada'))!
      await tokens.insert(
        personalToken({
          id: made.id,
          name: 'blind',
          description: '',
          secretHash: made.secretHash,
          userId: ada.id,
          createdMs: 0,
          expiresMs: null,
          scopes: ['env:read', 'env:write'],
        }),
      )
    })
    const headers = { authorization: `token ${made.text}` }
    return await world.call('nobody', `PATCH ${home}`, { body, headers })
  }

  test('S-03: who may not decrypt a value cannot move it to another path either, and one taken back is kept', async () => {
    const text = Buffer.from((await row(3)).source).toString()
    const [second, rest] = sealedOf(await row(3))
    const moved = await saveBlindly(text.replace(second!, rest!))
    assert.match(moved.text, /not sealed for where it stands/)
    assert.equal(moved.headers.get('openesc-reason'), 'sealed_value_not_transferable')
    assert.equal((await saveBlindly(`${text}# nothing moved\n`)).status, 200)
    const restored = await save(home, Buffer.from((await row(2)).source).toString())
    assert.equal(restored.status, 200)
    assert.deepEqual((await row(5)).source, (await row(2)).source)
    assert.match((await open()).text, /first.*rest/s)
  })

  test('a key with a secret is renamed and a list of secrets loses an item by who may decrypt them', async () => {
    const at = `${org}/web/moved`
    await world.call('ada', `POST ${org}`, { body: { project: 'web', name: 'moved' } })
    await save(
      at,
      'values:\n  a:\n    fn::secret: x\n  list:\n    - fn::secret: one\n    - fn::secret: two\n',
    )
    const sealed = (await world.call('ada', `GET ${at}`)).text
    const [first] = / {4}- fn::secret:\n(?: {6,}.*\n)/.exec(sealed)!
    const saved = await save(at, sealed.replace('  a:', '  b: # kept').replace(first, ''))
    assert.equal(saved.status, 200, saved.text)
    const opened = await open('latest', at)
    assert.match(opened.text, /"b":\{"value":"x"/)
    assert.doesNotMatch(opened.text, /"one"/)
    const after = (await world.call('ada', `GET ${at}`)).text
    assert.match(after, /b: # kept/)
    assert.equal(
      (await world.call('ada', `GET ${at}/decrypt`)).text,
      'values:\n  b: # kept\n    fn::secret: x\n  list:\n    - fn::secret: two\n',
    )
  })

  test('a value sealed for the environment without a place gets one when it is saved', async () => {
    const sealed = await world.call('ada', `POST ${home}/encrypt-secrets`, {
      body: { plaintexts: ['loose'] },
    })
    const [ciphertext] = sealed.json()['ciphertexts'] as string[]
    assert.equal(
      (await save(home, `values:\n  password:\n    fn::secret:\n      ciphertext: ${ciphertext}\n`)).status,
      200,
    )
    const stored = sealedOf(await row(6))
    assert.notEqual(stored[0], ciphertext)
    assert.match((await open()).text, /loose/)
    const opened = await world.call('ada', `POST ${home}/decrypt-secrets`, {
      body: { ciphertexts: [stored[0], ciphertext] },
    })
    assert.deepEqual(opened.json(), { plaintexts: ['loose', 'loose'] })
  })
})
