import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { Configuration, EscApi } from '@pulumi/esc-sdk'
import { nodeListener } from '../../src/http/index.ts'
import { createWorld, type World } from './world.ts'

/**
 * The published TypeScript SDK against a real listener. Its wrapper drops the port of the URL it is given, so the base path
 * is set again afterwards; it is read at each request. This version of the wrapper wants 200 for creating and deleting, later ones
 * want the contract's 204: both get what they want.
 */
describe('the published TypeScript SDK', () => {
  let world: World
  let server: Server
  let client: EscApi
  const org = 'acme'
  const project = 'sdk'
  const name = 'env'

  before(async () => {
    world = await createWorld({ pageSize: 2 })
    server = createServer(nodeListener(world.app.answer))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/esc`
    client = new EscApi(new Configuration({ basePath: base, accessToken: world.tokens.ada }))
    client.config.basePath = base
  })
  after(async () => {
    await new Promise((done) => server.close(done))
    await world.close()
  })
  const reject = async (work: Promise<unknown>, status: number) => {
    await assert.rejects(work, (error: { response?: { status: number }; message: string }) => {
      assert.equal(error.response?.status ?? Number(/\b\d{3}\b/.exec(error.message)?.[0]), status)
      return true
    })
  }

  test('creates, clones and lists over several pages', async () => {
    for (const each of ['base', name, 'third']) {
      await client.createEnvironment(org, project, each)
    }
    await client.cloneEnvironment(org, project, name, `${project}-clone`, `${name}-clone`)
    const seen: string[] = []
    let token: string | undefined
    do {
      const page = await client.listEnvironments(org, token)
      seen.push(...(page?.environments ?? []).map((each) => `${each.project}/${each.name}`))
      token = page?.nextToken
    } while (token)
    assert.deepEqual(seen, ['sdk/base', 'sdk/env', 'sdk/third', 'sdk-clone/env-clone'])
  })

  test('opens an empty environment as an empty object', async () => {
    const opened = await client.openEnvironment(org, project, name)
    const read = await client.rawApi.readOpenEnvironment(org, project, name, opened!.id)
    assert.deepEqual(read.data, {})
  })

  test('writes a definition and reads it back with the secret sealed', async () => {
    await client.updateEnvironmentYaml(org, project, 'base', 'values:\n  base: from base\n')
    const written = await client.updateEnvironment(org, project, name, {
      imports: [`${project}/base`],
      values: {
        foo: 'bar',
        my_secret: { 'fn::secret': "shh! don't tell anyone" },
        my_array: [1, 2, 3],
        pulumiConfig: { foo: `\${foo}` },
        environmentVariables: { FOO: `\${foo}` },
      },
    } as never)
    assert.notEqual(written, undefined)
    assert.equal(written?.diagnostics, undefined)
    const read = await client.getEnvironment(org, project, name)
    assert.deepEqual(read?.definition.imports, [`${project}/base`])
    const values = read!.definition.values as Record<string, unknown>
    assert.equal(values['foo'], 'bar')
    assert.deepEqual(values['environmentVariables'], { FOO: `\${foo}` })
    assert.ok(JSON.stringify(values['my_secret']).includes('ciphertext'))
  })

  test('decrypts to the very text', async () => {
    const read = await client.decryptEnvironment(org, project, name)
    const values = read!.definition.values as Record<string, Record<string, string>>
    assert.equal(values['my_secret']?.['fn::secret'], "shh! don't tell anyone")
  })

  test('opens and reads the whole and one property', async () => {
    const read = await client.openAndReadEnvironment(org, project, name)
    const values = read!.values as Record<string, unknown>
    assert.equal(values['base'], 'from base')
    assert.equal(values['my_secret'], "shh! don't tell anyone")
    assert.deepEqual(values['my_array'], [1, 2, 3])
    const opened = await client.openEnvironment(org, project, name)
    const property = await client.readOpenEnvironmentProperty(
      org,
      project,
      name,
      opened!.id,
      'pulumiConfig.foo',
    )
    assert.equal(property?.value, 'bar')
  })

  test('a third write that sends the ciphertext back makes the third revision', async () => {
    const read = await client.getEnvironment(org, project, name)
    await client.updateEnvironment(org, project, name, read!.definition)
    const revisions = await client.listEnvironmentRevisions(org, project, name)
    assert.deepEqual(
      revisions?.map(({ number }) => number),
      [3, 2, 1],
    )
    const second = await client.getEnvironmentAtVersion(org, project, name, '2')
    assert.ok(second?.yaml.includes('foo'))
    const reopened = await client.openAndReadEnvironmentAtVersion(org, project, name, '3')
    assert.equal((reopened!.values as Record<string, unknown>)['my_secret'], "shh! don't tell anyone")
  })

  test('names revisions, follows and moves the name, removes it', async () => {
    await client.createEnvironmentRevisionTag(org, project, name, 'testTag', 2)
    const listed = await client.listEnvironmentRevisionTags(org, project, name)
    assert.deepEqual(
      listed?.tags?.map((tag) => tag.name),
      ['latest', 'testTag'],
    )
    const opened = await client.openEnvironmentAtVersion(org, project, name, 'testTag')
    assert.equal(typeof opened?.id, 'string')
    await client.updateEnvironmentRevisionTag(org, project, name, 'testTag', 3)
    assert.equal((await client.getEnvironmentRevisionTag(org, project, name, 'testTag'))?.revision, 3)
    await client.deleteEnvironmentRevisionTag(org, project, name, 'testTag')
    await reject(client.getEnvironmentRevisionTag(org, project, name, 'testTag'), 404)
  })

  test('tags the environment', async () => {
    await client.createEnvironmentTag(org, project, name, 'owner', 'core')
    const listed = await client.listEnvironmentTags(org, project, name)
    assert.equal(Object.keys(listed?.tags ?? {}).length, 1)
    await client.updateEnvironmentTag(org, project, name, 'owner', 'core', 'unit', 'infra')
    const tag = await client.getEnvironmentTag(org, project, name, 'unit')
    assert.equal(tag?.value, 'infra')
    await client.deleteEnvironmentTag(org, project, name, 'unit')
    await reject(client.getEnvironmentTag(org, project, name, 'unit'), 404)
  })

  test('checks good and bad definitions', async () => {
    const good = await client.checkEnvironmentYaml(org, 'values:\n  foo: bar\n')
    assert.equal(good?.diagnostics, undefined)
    const bad = await client.checkEnvironmentYaml(org, `values:\n  foo: \${bad_ref}\n`)
    assert.equal(bad?.diagnostics?.length, 1)
    assert.equal(bad?.diagnostics?.[0]?.summary, 'unknown property "bad_ref"')
  })

  test('every class of refusal reaches the caller with its status and message', async () => {
    const refused = async (work: Promise<unknown>, status: number, said: RegExp) => {
      await assert.rejects(work, (error: { response?: { status: number; data: unknown } }) => {
        assert.equal(error.response?.status, status)
        const { code, message } = error.response!.data as { code: number; message: string }
        assert.equal(code, status)
        assert.match(message, said)
        return true
      })
    }
    await refused(client.createEnvironment(org, project, 'a b'), 400, /invalid environment name/)
    await refused(client.updateEnvironmentYaml(org, project, name, 'values: {a: "${nope}"}'), 400, /./)
    await refused(client.createEnvironment(org, project, name), 409, /conflict/i)
    await refused(client.createEnvironmentTag('nowhere', project, name, 'a', 'b'), 404, /not found/i)
    await refused(client.readOpenEnvironment(org, project, name, 'no-session'), 404, /session/)
    const stranger = (token: string) => {
      const made = new EscApi(new Configuration({ basePath: client.config.basePath!, accessToken: token }))
      made.config.basePath = client.config.basePath!
      return made
    }
    await refused(stranger('pul-wrong').listEnvironments(org), 401, /token/)
    await refused(stranger(world.tokens.eve).getEnvironment(org, project, name), 404, /not found/i)
    await world.call('ada', `PUT /api/esc/environments/${org}/${project}/${name}/grants`, {
      body: { grants: { ben: 'read' } },
    })
    await refused(stranger(world.tokens.ben).openEnvironment(org, project, name), 403, /needs `open`/)
  })

  test('asks for the tag with HEAD', async () => {
    const head = await client.rawApi.getEnvironmentETag(org, project, name)
    assert.match(String(head.headers['etag']), /^"/)
  })

  test('deletes', async () => {
    for (const each of ['base', name, 'third']) {
      await client.deleteEnvironment(org, project, each)
    }
    await reject(client.getEnvironment(org, project, name), 404)
  })

  test('an absolute-form target is understood', async () => {
    const { port } = server.address() as AddressInfo
    const { request } = await import('node:http')
    const status = await new Promise<number | undefined>((done, fail) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port,
          path: 'http://esc.example/api/user',
          headers: { authorization: `token ${world.tokens.ada}` },
        },
        (response) => {
          response.resume()
          done(response.statusCode)
        },
      )
      sent.on('error', fail)
      sent.end()
    })
    assert.equal(status, 200)
  })
})
