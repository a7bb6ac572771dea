import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError, type EscApi } from '../client/index.ts'
import { fullReference, parseReference } from './reference.ts'
import { resolveReference } from './resolve-reference.ts'

test('a reference has one to three names and perhaps a version', () => {
  assert.deepEqual(parseReference('dev'), { parts: ['dev'], version: '' })
  assert.deepEqual(parseReference('web/dev@3'), { parts: ['web', 'dev'], version: '3' })
  assert.deepEqual(parseReference('acme/web/dev@stable'), {
    parts: ['acme', 'web', 'dev'],
    version: 'stable',
  })
  assert.deepEqual(parseReference('acme/web/dev:stable'), {
    parts: ['acme', 'web', 'dev'],
    version: 'stable',
  })
  assert.deepEqual(parseReference('acme/web/dev:x@3'), { parts: ['acme', 'web', 'dev:x'], version: '3' })
})

test('slashes beyond the second belong to the name', () => {
  assert.deepEqual(parseReference('a/b/c/d').parts, ['a', 'b', 'c/d'])
})

test('a full reference shows the version only when there is one', () => {
  const name = { organization: 'acme', project: 'web', name: 'dev' }
  assert.equal(fullReference({ ...name, version: '' }), 'acme/web/dev')
  assert.equal(fullReference({ ...name, version: '3' }), 'acme/web/dev@3')
})

/** A server that holds some environments, seen by a caller whose own organization is `ada`. */
function resolver(existing: readonly string[], organizations: readonly string[] = []) {
  const notes: string[] = []
  const api: Partial<EscApi> = {
    readDefinition: async ({ organization, project, name }) => {
      if (!existing.includes(`${organization}/${project}/${name}`)) throw new ApiError(404, 'not found')
      return { source: new Uint8Array(), etag: '', revision: 1 }
    },
    listEnvironments: async () =>
      existing.map((full) => {
        const [organization = '', project = '', name = ''] = full.split('/')
        return { organization, project, name }
      }),
  }
  const parts = {
    api: api as EscApi,
    out: { note: (text: string) => notes.push(text) } as never,
    session: { defaultOrganization: async () => 'ada', organizations: async () => organizations } as never,
  }
  return { parts, notes }
}

async function resolved(
  text: string,
  existing: readonly string[],
  mode: 'existing' | 'create' | 'clone',
  organizations?: readonly string[],
) {
  const { parts, notes } = resolver(existing, organizations)
  return { name: fullReference(await resolveReference(text, parts, mode)), notes }
}

test('one name is in the project default of the default organization', async () => {
  assert.equal((await resolved('dev@3', [], 'existing')).name, 'ada/default/dev@3')
})

test('two names are a project when it exists, or when nothing does', async () => {
  assert.deepEqual(await resolved('web/dev', ['ada/web/dev'], 'existing'), { name: 'ada/web/dev', notes: [] })
  assert.deepEqual(await resolved('web/dev', [], 'existing'), { name: 'ada/web/dev', notes: [] })
})

test('two names are an organization, with a warning, when only that exists', async () => {
  const { name, notes } = await resolved('acme/dev', ['acme/default/dev'], 'existing')
  assert.equal(name, 'acme/default/dev')
  assert.deepEqual(notes, [
    'warning: environment reference "acme/dev" is ambiguous (resolved to acme/default/dev). Use <org>/<project>/<environment> instead.',
  ])
})

test('two names that fit both are refused, but for clone', async () => {
  const both = ['ada/acme/dev', 'acme/default/dev']
  await assert.rejects(resolved('acme/dev', both, 'existing'), {
    message:
      "ambiguous path provided\n\nEnvironments found at both 'ada/acme/dev' and 'acme/default/dev'.\n" +
      'Please specify the full path as <org-name>/<project-name>/<env-name>',
  })
  assert.equal((await resolved('acme/dev', both, 'clone')).name, 'ada/acme/dev')
})

test('a new environment of two names is in the organization only when no such project exists', async () => {
  const create = (existing: readonly string[], organizations: readonly string[]) =>
    resolved('acme/dev', existing, 'create', organizations)
  assert.deepEqual(await create([], []), { name: 'ada/acme/dev', notes: [] })
  assert.equal((await create([], ['acme'])).name, 'acme/default/dev')
  assert.equal((await create([], ['acme'])).notes.length, 1)
  const withProject = await create(['ada/ACME/other'], ['acme'])
  assert.equal(withProject.name, 'ada/acme/dev')
  assert.equal(withProject.notes.length, 1)
})
