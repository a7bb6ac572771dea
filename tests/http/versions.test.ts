import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { table } from './table.ts'
import { createWorld, type World } from './world.ts'

const org = '/api/esc/environments/acme'
const env = `${org}/web/dev`

async function makeWorld(): Promise<World> {
  const world = await createWorld()
  await world.call('ada', `POST ${org}`, { body: { project: 'web', name: 'dev' } })
  for (const number of [2, 3, 4, 5])
    await world.call('ada', `PATCH ${env}`, { body: `values: {n: ${number}}\n` })
  return world
}

describe('revisions and revision tags', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())
  const numbers = async (query: string) => {
    const listed = await world.call('ada', `GET ${env}/versions${query}`)
    return (JSON.parse(listed.text) as { number: number }[]).map(({ number }) => number)
  }

  test('pages run downwards until an empty list', async () => {
    assert.deepEqual(await numbers(''), [5, 4, 3, 2, 1])
    assert.deepEqual(await numbers('?before=0&count=500'), [5, 4, 3, 2, 1])
    assert.deepEqual(await numbers('?before=4&count=1'), [3])
    assert.deepEqual(await numbers('?before=2&count='), [1])
    assert.deepEqual(await numbers('?before=1&count=500'), [])
  })
  table(
    () => world,
    [
      {
        is: 'a revision by number',
        who: 'ada',
        request: `GET ${env}/versions/3`,
        status: 200,
        body: 'values: {n: 3}\n',
        headers: { 'pulumi-esc-revision': '3', etag: /./ },
      },
      {
        is: 'the newest by name',
        who: 'ada',
        request: `GET ${env}/versions/latest`,
        status: 200,
        headers: { 'pulumi-esc-revision': '5' },
      },
      { is: 'a number that is none yet', who: 'ada', request: `GET ${env}/versions/99`, status: 404 },
      { is: 'a number with letters', who: 'ada', request: `GET ${env}/versions/1x`, status: 404 },
      { is: 'a huge number', who: 'ada', request: `GET ${env}/versions/99999999999999999999`, status: 404 },
      { is: 'an unknown tag', who: 'ada', request: `GET ${env}/versions/stable`, status: 404 },
      {
        is: 'moving a missing tag is 404, so that clients create it',
        who: 'ada',
        request: `PATCH ${env}/versions/tags/stable`,
        send: { body: { revision: 2 } },
        status: 404,
      },
      {
        is: 'create',
        who: 'ada',
        request: `POST ${env}/versions/tags`,
        send: { body: { name: 'stable', revision: 2 } },
        status: 204,
        body: '',
      },
      {
        is: 'create twice',
        who: 'ada',
        request: `POST ${env}/versions/tags`,
        send: { body: { name: 'stable' } },
        status: 409,
      },
      {
        is: 'create at a missing revision',
        who: 'ada',
        request: `POST ${env}/versions/tags`,
        send: { body: { name: 'next', revision: 77 } },
        status: 404,
      },
      {
        is: 'the newest is meant when no revision is given',
        who: 'ada',
        request: `POST ${env}/versions/tags`,
        send: { body: { name: 'tip' } },
        status: 204,
      },
      {
        is: 'it names the newest',
        who: 'ada',
        request: `GET ${env}/versions/tags/tip`,
        status: 200,
        holds: ['"revision":5'],
      },
      ...['latest', '1st', 'a@b', 'a:b', 'a/b', '', 'a b', 'tags'].map((name) => ({
        is: `the tag name ${JSON.stringify(name)}`,
        who: 'ada' as const,
        request: `POST ${env}/versions/tags`,
        send: { body: { name } },
        status: 400,
      })),
      {
        is: 'the built-in tag cannot be moved',
        who: 'ada',
        request: `PATCH ${env}/versions/tags/latest`,
        send: { body: { revision: 2 } },
        status: 400,
      },
      {
        is: 'the built-in tag cannot be deleted',
        who: 'ada',
        request: `DELETE ${env}/versions/tags/latest`,
        status: 400,
      },
      {
        is: 'the built-in tag is read',
        who: 'ada',
        request: `GET ${env}/versions/tags/latest`,
        status: 200,
        holds: ['"revision":5'],
      },
      {
        is: 'reading by tag',
        who: 'ada',
        request: `GET ${env}/versions/stable`,
        status: 200,
        headers: { 'pulumi-esc-revision': '2' },
      },
      {
        is: 'move',
        who: 'ada',
        request: `PATCH ${env}/versions/tags/stable`,
        send: { body: { revision: 3 } },
        status: 204,
        body: '',
      },
      {
        is: 'it moved',
        who: 'ada',
        request: `GET ${env}/versions/tags/stable`,
        status: 200,
        holds: ['"revision":3', '"editorLogin":"ada"'],
      },
      {
        is: 'tags of a revision',
        who: 'ada',
        request: `GET ${env}/versions/3/tags`,
        status: 200,
        holds: ['"name":"stable"'],
        holdsNot: ['latest'],
      },
      {
        is: 'the history names them',
        who: 'ada',
        request: `GET ${env}/versions?before=4&count=1`,
        status: 200,
        holds: ['"tags":["stable"]'],
        holdsNot: ['retracted', 'sourceChangeRequest'],
      },
      { is: 'the other organization', who: 'eve', request: `GET ${env}/versions/tags/stable`, status: 404 },
    ],
  )
  test('tags are listed by name and paged by name', async () => {
    const names: string[] = []
    for (let after = ''; ; after = names.at(-1)!) {
      const page = await world.call('ada', `GET ${env}/versions/tags?after=${after}&count=1`)
      const tags = page.json()['tags'] as { name: string }[]
      if (tags.length === 0) break
      names.push(...tags.map(({ name }) => name))
    }
    assert.deepEqual(names, ['latest', 'stable', 'tip'])
  })

  table(
    () => world,
    [
      {
        is: 'the newest cannot be retracted',
        who: 'ada',
        request: `POST ${env}/versions/5/retract`,
        send: { body: {} },
        status: 400,
      },
      { is: 'nor by name', who: 'ada', request: `POST ${env}/versions/latest/retract`, status: 400 },
      {
        is: 'a revision cannot replace itself',
        who: 'ada',
        request: `POST ${env}/versions/3/retract`,
        send: { body: { replacement: 3 } },
        status: 400,
      },
      {
        is: 'the replacement must exist',
        who: 'ada',
        request: `POST ${env}/versions/3/retract`,
        send: { body: { replacement: 42 } },
        status: 404,
      },
      {
        is: 'retract',
        who: 'ada',
        request: `POST ${env}/versions/3/retract`,
        send: { body: { replacement: 4, reason: 'leaked' } },
        status: 204,
        body: '',
      },
      {
        is: 'it cannot be read',
        who: 'ada',
        request: `GET ${env}/versions/3`,
        status: 404,
        holds: ['leaked', 'revision 4'],
      },
      {
        is: 'it cannot be opened',
        who: 'ada',
        request: `POST ${env}/versions/3/open`,
        status: 404,
        holds: ['leaked'],
      },
      {
        is: 'its tags moved to the replacement',
        who: 'ada',
        request: `GET ${env}/versions/tags/stable`,
        status: 200,
        holds: ['"revision":4'],
      },
      { is: 'twice', who: 'ada', request: `POST ${env}/versions/3/retract`, status: 400, holds: ['already'] },
      {
        is: 'a retracted one is no replacement',
        who: 'ada',
        request: `POST ${env}/versions/2/retract`,
        send: { body: { replacement: 3 } },
        status: 400,
      },
      {
        is: 'the default is the newest usable one before it',
        who: 'ada',
        request: `POST ${env}/versions/4/retract`,
        send: { body: {} },
        status: 204,
      },
      {
        is: 'the history tells it',
        who: 'ada',
        request: `GET ${env}/versions?before=5&count=1`,
        status: 200,
        holds: ['"retracted":{"replacement":2,', '"byLogin":"ada"'],
        holdsNot: ['"reason"'],
      },
      { is: 'delete a tag', who: 'ada', request: `DELETE ${env}/versions/tags/tip`, status: 204, body: '' },
      { is: 'delete it twice', who: 'ada', request: `DELETE ${env}/versions/tags/tip`, status: 404 },
    ],
  )
})

describe('environment tags', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())
  table(
    () => world,
    [
      {
        is: 'no tags are an empty object and the token that ends the list',
        who: 'ada',
        request: `GET ${env}/tags?after=&count=500`,
        status: 200,
        body: '{"tags":{},"nextToken":"0"}\n',
      },
      { is: 'a missing tag', who: 'ada', request: `GET ${env}/tags/owner`, status: 404 },
      {
        is: 'create',
        who: 'ada',
        request: `POST ${env}/tags`,
        send: { body: { name: 'owner', value: 'core' } },
        status: 200,
        holds: ['"value":"core"', '"editorLogin":"ada"'],
        holdsNot: ['"id"'],
      },
      {
        is: 'create twice',
        who: 'ada',
        request: `POST ${env}/tags`,
        send: { body: { name: 'owner', value: 'x' } },
        status: 409,
      },
      {
        is: 'no name',
        who: 'ada',
        request: `POST ${env}/tags`,
        send: { body: { name: '', value: 'x' } },
        status: 400,
      },
      {
        is: 'no value',
        who: 'ada',
        request: `POST ${env}/tags`,
        send: { body: { name: 'a', value: '' } },
        status: 400,
      },
      {
        is: 'a second',
        who: 'ada',
        request: `POST ${env}/tags`,
        send: { body: { name: 'team', value: 'web' } },
        status: 200,
      },
      {
        is: 'the first page',
        who: 'ada',
        request: `GET ${env}/tags?count=1`,
        status: 200,
        holds: ['"owner"', '"nextToken":"owner"'],
        holdsNot: ['"team"'],
      },
      {
        is: 'the last page',
        who: 'ada',
        request: `GET ${env}/tags?after=owner&count=1`,
        status: 200,
        holds: ['"team"', '"nextToken":"0"'],
      },
      {
        is: 'a change of the value',
        who: 'ada',
        request: `PATCH ${env}/tags/owner`,
        send: { body: { currentTag: { name: '', value: 'core' }, newTag: { name: '', value: 'infra' } } },
        status: 200,
        holds: ['"name":"owner"', '"value":"infra"'],
      },
      {
        is: 'a change of what changed meanwhile',
        who: 'ada',
        request: `PATCH ${env}/tags/owner`,
        send: { body: { currentTag: { value: 'core' }, newTag: { value: 'x' } } },
        status: 409,
      },
      {
        is: 'a new name that is taken',
        who: 'ada',
        request: `PATCH ${env}/tags/owner`,
        send: { body: { currentTag: { value: 'infra' }, newTag: { name: 'team' } } },
        status: 409,
      },
      {
        is: 'rename',
        who: 'ada',
        request: `PATCH ${env}/tags/owner`,
        send: { body: { currentTag: { value: 'infra' }, newTag: { name: 'unit' } } },
        status: 200,
        holds: ['"name":"unit"', '"value":"infra"'],
      },
      { is: 'the old name is gone', who: 'ada', request: `GET ${env}/tags/owner`, status: 404 },
      {
        is: 'the list of environments shows them',
        who: 'ada',
        request: `GET ${org}`,
        status: 200,
        holds: ['"tags":{"team":"web","unit":"infra"}'],
      },
      {
        is: 'the organization’s names and values',
        who: 'ada',
        request: `GET ${org}/tags`,
        status: 200,
        body: '{"team":["web"],"unit":["infra"]}\n',
      },
      { is: 'a member who may read none', who: 'ben', request: `GET ${org}/tags`, status: 200, body: '{}\n' },
      { is: 'delete', who: 'ada', request: `DELETE ${env}/tags/unit`, status: 204, body: '' },
      { is: 'delete twice', who: 'ada', request: `DELETE ${env}/tags/unit`, status: 404 },
    ],
  )
})

describe('clone, settings, restore, catalogue', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
    await world.call('ada', `PATCH ${env}`, { body: 'values: {s: {fn::secret: hunter2}}\n' })
    await world.call('ada', `POST ${env}/tags`, { body: { name: 'team', value: 'web' } })
    await world.call('ada', `POST ${env}/versions/tags`, { body: { name: 'two', revision: 2 } })
  })
  after(() => world.close())
  table(
    () => world,
    [
      {
        is: 'clone',
        who: 'ada',
        request: `POST ${env}/clone`,
        send: { body: { name: 'copy' } },
        status: 204,
        body: '',
      },
      {
        is: 'the copy has one revision and the secret',
        who: 'ada',
        request: `GET ${org}/web/copy/decrypt`,
        status: 200,
        holds: ['hunter2'],
        headers: { 'pulumi-esc-revision': '1' },
      },
      {
        is: 'the copy is sealed',
        who: 'ada',
        request: `GET ${org}/web/copy`,
        status: 200,
        holds: ['ciphertext'],
        holdsNot: ['hunter2'],
      },
      {
        is: 'the copy has no tags',
        who: 'ada',
        request: `GET ${org}/web/copy/tags`,
        status: 200,
        holds: ['{}'],
      },
      {
        is: 'a taken name',
        who: 'ada',
        request: `POST ${env}/clone`,
        send: { body: { name: 'copy' } },
        status: 409,
      },
      {
        is: 'no such source',
        who: 'ada',
        request: `POST ${org}/web/none/clone`,
        send: { body: { name: 'x' } },
        status: 404,
      },
      {
        is: 'no such version',
        who: 'ada',
        request: `POST ${env}/clone`,
        send: { body: { name: 'x', version: 99 } },
        status: 404,
      },
      {
        is: 'with everything',
        who: 'ada',
        request: `POST ${env}/clone`,
        send: {
          body: {
            project: 'other',
            name: 'all',
            preserveHistory: true,
            preserveAccess: true,
            preserveEnvironmentTags: true,
            preserveRevisionTags: true,
          },
        },
        status: 204,
      },
      {
        is: 'its history',
        who: 'ada',
        request: `GET ${org}/other/all/versions?count=1`,
        status: 200,
        holds: ['"number":6'],
      },
      {
        is: 'its revision tags',
        who: 'ada',
        request: `GET ${org}/other/all/versions/two`,
        status: 200,
        body: 'values: {n: 2}\n',
      },
      { is: 'its tags', who: 'ada', request: `GET ${org}/other/all/tags/team`, status: 200 },
      {
        is: 'settings begin open',
        who: 'ada',
        request: `GET ${env}/settings`,
        status: 200,
        body: '{"deletionProtected":false}\n',
      },
      {
        is: 'protect',
        who: 'ada',
        request: `PATCH ${env}/settings`,
        send: { body: { deletionProtected: true } },
        status: 200,
        body: '{"deletionProtected":true}\n',
      },
      {
        is: 'an empty change changes nothing',
        who: 'ada',
        request: `PATCH ${env}/settings`,
        send: { body: {} },
        status: 200,
        body: '{"deletionProtected":true}\n',
      },
      {
        is: 'a protected one cannot be deleted',
        who: 'ada',
        request: `DELETE ${env}`,
        status: 409,
        holds: ['protect'],
      },
      {
        is: 'unprotect',
        who: 'ada',
        request: `PATCH ${env}/settings`,
        send: { body: { deletionProtected: false } },
        status: 200,
      },
      { is: 'delete', who: 'ada', request: `DELETE ${env}`, status: 204 },
      {
        is: 'it can be restored',
        who: 'ada',
        request: `GET ${org}/restore`,
        status: 200,
        holds: ['"name":"dev"'],
      },
      { is: 'not by a plain member', who: 'ben', request: `GET ${org}/restore`, status: 403 },
      {
        is: 'restore',
        who: 'ada',
        request: `PUT ${org}/restore`,
        send: { body: { project: 'web', name: 'dev' } },
        status: 204,
      },
      { is: 'with its secrets', who: 'ada', request: `GET ${env}/decrypt`, status: 200, holds: ['hunter2'] },
      {
        is: 'restore nothing',
        who: 'ada',
        request: `PUT ${org}/restore`,
        send: { body: { project: 'web', name: 'none' } },
        status: 404,
      },
      {
        is: 'metadata',
        who: 'ada',
        request: `GET ${env}/metadata`,
        status: 200,
        holds: ['"oidcSubjectV2":"pulumi:org:'],
      },
      {
        is: 'the providers',
        who: 'ada',
        request: 'GET /api/esc/providers?orgName=acme',
        status: 200,
        body: '{"providers":["test"]}\n',
      },
      {
        is: 'a provider’s schema',
        who: 'ada',
        request: 'GET /api/esc/providers/test/schema',
        status: 200,
        holds: ['"inputs":true'],
      },
      { is: 'no such provider', who: 'ada', request: 'GET /api/esc/providers/none/schema', status: 404 },
      { is: 'no such rotator', who: 'ada', request: 'GET /api/esc/rotators/none/schema', status: 404 },
      {
        is: 'the rotators',
        who: 'ada',
        request: 'GET /api/esc/rotators',
        status: 200,
        body: '{"rotators":[]}\n',
      },
    ],
  )
})

describe('lists', () => {
  test('pages cover everything once, and the last has no token', async () => {
    const world = await createWorld({ pageSize: 1 })
    const names = ['a', 'b', 'c']
    for (const name of names) await world.call('ada', `POST ${org}`, { body: { project: 'p', name } })
    const seen: string[] = []
    for (let token = ''; ; ) {
      const page = (await world.call('ada', `GET ${org}?continuationToken=${token}`)).json() as {
        environments: { name: string }[]
        nextToken?: string
      }
      seen.push(...page.environments.map(({ name }) => name))
      if (page.nextToken === undefined) break
      token = page.nextToken
    }
    assert.deepEqual(seen, names)
    await world.close()
  })

  test('S-16: of many bootstraps none succeeds after the first', async () => {
    const world = await createWorld()
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, () => world.service.bootstrap({ organization: 'again', login: 'mallory' })),
    )
    assert.ok(tries.every(({ status }) => status === 'rejected'))
    await world.close()
  })
})
