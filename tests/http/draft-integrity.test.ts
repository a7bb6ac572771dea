// Somebody who can write to the database moves what drafts hold: rows of a real store are changed under a running server.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { createWorld, type World } from './world.ts'

const org = '/api/esc/environments/acme'
const home = `${org}/web/prod`

describe('S-02: what a draft holds belongs to that draft and its number', () => {
  let world: World
  let folder: string
  let database: DatabaseSync
  let earlier = ''
  let draft = ''
  const textWith = (secret: string) => `values:\n  password:\n    fn::secret: ${secret}\n`
  const post = async (request: string, body?: string | object) => {
    const answered = await world.call('ada', request, body === undefined ? {} : { body })
    assert.ok(answered.status < 300, `${request}: ${answered.text}`)
    return answered
  }
  const draftOf = async (secret: string) =>
    String((await post(`POST ${home}/drafts`, textWith(secret))).json()['changeRequestId'])

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'openesc-drafts-'))
    const path = join(folder, 'openesc.db')
    world = await createWorld({}, {}, path)
    database = new DatabaseSync(path, { timeout: 5_000 })
    await post(`POST ${org}`, { project: 'web', name: 'prod' })
    await post(`PATCH ${home}`, textWith('current-value'))
    earlier = await draftOf('earlier-value')
    await post(`POST /api/change-requests/acme/${earlier}/close`, {})
    draft = await draftOf('first-proposal')
    await post(`PATCH ${home}/drafts/${draft}`, textWith('second-proposal'))
    await post(`POST /api/change-requests/acme/${draft}/submit`, {})
  })
  after(async () => {
    database.close()
    await world.close()
    rmSync(folder, { recursive: true })
  })

  type Row = Readonly<Record<string, string | number | Uint8Array>>
  const rowOf = (id: string, number: number) =>
    database
      .prepare('select * from draft_revisions where change_request_id = ? and number = ?')
      .get(id, number) as Row
  const put = (row: Row, id: string, number: number) =>
    database
      .prepare(
        'update draft_revisions set source = ?, content_hash = ?, mac = ?, creator = ?, created_ms = ? where change_request_id = ? and number = ?',
      )
      .run(row['source']!, row['content_hash']!, row['mac']!, row['creator']!, row['created_ms']!, id, number)
  const sealedIn = ({ source }: Row) => {
    const found = /ciphertext: (\S+)/.exec(Buffer.from(source as Uint8Array).toString())?.[1]
    assert.ok(found)
    return found
  }
  const withValueOf = (row: Row, other: Row): Row => {
    const text = Buffer.from(row['source'] as Uint8Array).toString()
    return { ...row, source: Buffer.from(text.replace(sealedIn(row), sealedIn(other))) }
  }

  const moves: Readonly<Record<string, () => Row>> = {
    'a value of another draft': () => withValueOf(rowOf(draft, 2), rowOf(earlier, 1)),
    'a value of an earlier text of the same draft': () => withValueOf(rowOf(draft, 2), rowOf(draft, 1)),
    'the whole row of another draft': () => rowOf(earlier, 1),
    'the whole row of an earlier text': () => rowOf(draft, 1),
  }
  for (const [what, moved] of Object.entries(moves)) {
    test(`${what} in its place is refused by read, open and apply, and all else goes on`, async () => {
      const kept = rowOf(draft, 2)
      put(moved(), draft, 2)
      for (const request of [
        `GET ${home}/drafts/${draft}`,
        `POST ${home}/drafts/${draft}/open`,
        `POST /api/change-requests/acme/${draft}/apply`,
      ]) {
        const refused = await world.call('ada', request)
        assert.equal(refused.status, 500, request)
        assert.match(refused.text, /record_integrity: draft /)
      }
      const opened = await post(`POST ${home}/open`)
      const read = await world.call('ada', `GET ${home}/open/${String(opened.json()['id'])}`)
      assert.match(read.text, /current-value/)
      put(kept, draft, 2)
      assert.equal((await world.call('ada', `GET ${home}/drafts/${draft}`)).status, 200)
    })
  }

  test('a value of a draft in the stored revision is refused there', async () => {
    const select = 'select source from revisions where number = 2'
    const kept = database.prepare(select).get() as Row
    const write = (source: Uint8Array) =>
      database.prepare('update revisions set source = ? where number = 2').run(source)
    write(withValueOf(kept, rowOf(draft, 2))['source'] as Uint8Array)
    const refused = await world.call('ada', `POST ${home}/versions/2/open`)
    assert.equal(refused.status, 500)
    assert.match(refused.text, /record_integrity: revision acme\/web\/prod@2/)
    write(kept['source'] as Uint8Array)
  })

  test('the draft that was put right is applied, and its value is tied to the revision that it became', async () => {
    await post(`POST /api/change-requests/acme/${draft}/apply`)
    const opened = await post(`POST ${home}/open`)
    const read = await world.call('ada', `GET ${home}/open/${String(opened.json()['id'])}`)
    assert.match(read.text, /second-proposal/)
    const { bonds } = database.prepare('select bonds from revisions where number = 3').get() as Row
    assert.deepEqual(Object.keys(JSON.parse(String(bonds))), ['["values","password"]'])
  })
})
