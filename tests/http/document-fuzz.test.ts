import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { openApi, routes } from '../../src/http/index.ts'
import { assertContract } from './table.ts'
import { type Answered, createWorld, echoProvider, providerSet, type World } from './world.ts'

type Schema = { readonly [member: string]: unknown }

interface Operation {
  readonly method: string
  readonly path: string
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[]
  readonly body: Schema | 'yaml' | null
  readonly responses: { readonly [status: string]: { readonly content?: Record<string, { schema: Schema }> } }
}

const document = openApi(routes) as unknown as {
  readonly paths: Record<string, Record<string, Record<string, unknown>>>
  readonly components: { readonly schemas: Record<string, Schema> }
}

const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => {
    const content = (operation['requestBody'] as { content: Record<string, { schema: Schema }> } | undefined)
      ?.content
    return {
      method: method.toUpperCase(),
      path,
      parameters: (operation['parameters'] ?? []) as Operation['parameters'],
      body:
        content === undefined
          ? null
          : 'application/x-yaml' in content
            ? 'yaml'
            : content['application/json']!.schema,
      responses: operation['responses'] as Operation['responses'],
    }
  }),
)

function resolve(schema: Schema): Schema {
  const reference = schema['$ref']
  return typeof reference === 'string' ? document.components.schemas[reference.split('/').at(-1)!]! : schema
}

const words = [
  'acme',
  'web',
  'dev',
  'latest',
  'x',
  '',
  '0',
  '1h',
  'ada',
  'raw',
  '0 0 * * *',
  'https://a.test/x',
]

/** Values that a schema of the document allows, and now and then one that it does not. */
function oneOfSchema(given: Schema, depth = 0): fc.Arbitrary<unknown> {
  const schema = resolve(given)
  const near = fc.constantFrom<unknown>(null, '', 'x', -1, 1e21, [], {}, true, '\u0000', '__proto__')
  const valid = validOf(schema, depth)
  return fc.oneof({ weight: 12, arbitrary: valid }, { weight: 1, arbitrary: near })
}

function validOf(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const choices = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined
  if (choices !== undefined) return fc.oneof(...choices.map((each) => oneOfSchema(each, depth)))
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]))
  if ('const' in schema) return fc.constant(schema['const'])
  switch (schema['type']) {
    case 'string':
      return fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 12 }))
    case 'integer':
    case 'number':
      return fc.oneof(fc.nat(5), fc.integer(), fc.constant(Number.MAX_SAFE_INTEGER))
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return depth > 3
        ? fc.constant([])
        : fc.array(oneOfSchema((schema['items'] ?? {}) as Schema, depth + 1), { maxLength: 3 })
    case 'object':
      return objectOf(schema, depth)
    default:
      return fc.jsonValue({ maxDepth: 1 })
  }
}

function objectOf(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const required = (schema['required'] ?? []) as readonly string[]
  const members = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>)
  const record = fc.record(
    Object.fromEntries(members.map(([name, each]) => [name, oneOfSchema(each, depth + 1)])),
    { requiredKeys: required.filter((name) => members.some(([member]) => member === name)) },
  )
  const more = schema['additionalProperties']
  if (typeof more !== 'object' || more === null || depth > 3) return record
  return fc
    .tuple(
      record,
      fc.dictionary(fc.constantFrom('sub', 'ben', 'a.b', ''), oneOfSchema(more as Schema, depth + 1), {
        maxKeys: 2,
      }),
    )
    .map(([fixed, others]) => ({ ...others, ...(fixed as object) }))
}

const texts = fc.constantFrom(
  '',
  '{}',
  'values: {a: 1}\n',
  'values: {a: {"fn::secret": s}}\n',
  'values: {a: {"fn::open::test": {x: 1}}}\n',
  'imports: [web/dev]\n',
  'imports: [web/other@latest]\nvalues: {b: "${a}"}\n',
  'values: ${',
  '- a',
)

describe('requests made from the published document', () => {
  let world: World
  const errors: unknown[] = []
  /** Ids and names that answers gave, so that later requests meet things that exist. */
  const harvest = new Set<string>(['latest', '1', '2', 'owner'])
  before(async () => {
    world = await createWorld(
      {
        providers: () => providerSet(new Map([['test', echoProvider()]])),
        sendHook: async () => ({ status: 200, headers: '', body: '' }),
      },
      { log: (event) => (event.level === 'error' ? errors.push(event) : undefined) },
    )
    for (const name of ['dev', 'other']) {
      await world.call('ada', 'POST /api/esc/environments/acme', { body: { project: 'web', name } })
    }
    await world.call('ada', 'POST /api/esc/environments/acme/web/dev/tags', {
      body: { name: 'owner', value: 'x' },
    })
  })
  after(() => world.close())

  const request = fc.constantFrom(...operations).chain((operation) =>
    fc.record({
      operation: fc.constant(operation),
      pick: fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
      query: fc.record(
        Object.fromEntries(
          operation.parameters
            .filter((parameter) => parameter.in === 'query')
            .map(({ name, schema }) => [name, oneOfSchema(schema)]),
        ),
        { requiredKeys: [] },
      ),
      body:
        operation.body === null
          ? fc.constant(undefined)
          : operation.body === 'yaml'
            ? texts
            : fc.oneof(
                { weight: 9, arbitrary: oneOfSchema(operation.body).map((value) => JSON.stringify(value)) },
                { weight: 1, arbitrary: texts },
              ),
    }),
  )
  const collect = ({ text }: Answered) => {
    for (const [, value] of text.matchAll(
      /"(?:id|name|changeRequestId|policyId|login)":"([^"/\\]{1,60})"/g,
    )) {
      if (harvest.size < 200) harvest.add(value!)
    }
  }

  test('are answered as the document says, with no error of the server’s own', async () => {
    const met = new Set<string>()
    await fc.assert(
      fc.asyncProperty(request, async ({ operation, pick, query, body }) => {
        let turn = 0
        const known = [...harvest]
        const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
          turn += 1
          const fixed: Record<string, string> = { org: 'acme', project: 'web', env: 'dev' }
          const chosen = fixed[name] ?? known[pick[turn % pick.length]! % known.length]!
          return encodeURIComponent(chosen)
        })
        const search = new URLSearchParams(
          Object.entries(query).map(([name, value]): [string, string] => [
            name,
            String(value).toWellFormed(),
          ]),
        )
        const line = `${operation.method} ${path}`
        // The environment itself stays, or all later requests meet nothing.
        if (operation.method === 'DELETE' && operation.path.endsWith('{env}')) return
        const answered = await world.call('ada', `${line}?${search}`, body === undefined ? {} : { body })
        const told = `${line}?${search} ${body ?? ''}: ${answered.status} ${answered.text.slice(0, 300)}`
        assert.ok(answered.status < 500, `${told} ${JSON.stringify(errors.at(-1))}`)
        collect(answered)
        met.add(`${operation.method} ${operation.path} ${answered.status < 400}`)
        if (answered.status >= 400) {
          if (operation.method !== 'HEAD') assertContract(line, answered)
          return
        }
        const described = operation.responses[String(answered.status)]
        assert.ok(described !== undefined, `undescribed status: ${told}`)
        const shape = described.content?.['application/json']
        if (operation.method === 'HEAD' || described.content === undefined) {
          assert.equal(answered.text, '', told)
          return
        }
        if (shape === undefined) return
        const parsed = asDescribed(shape.schema).safeParse(answered.json())
        assert.ok(parsed.success, `${told} ${parsed.error?.message}`)
      }),
      { numRuns: 500 },
    )
    const succeeded = [...met].filter((each) => each.endsWith('true')).length
    assert.ok(succeeded >= 25, `only ${succeeded} operations ever succeeded`)
  })
})

const validators = new Map<Schema, z.ZodType>()

/** The document's own schema as a validator; references are resolved within the document. */
function asDescribed(schema: Schema): z.ZodType {
  const made =
    validators.get(schema) ??
    z.fromJSONSchema(
      JSON.parse(
        JSON.stringify({ ...resolve(schema), $defs: document.components.schemas }).replaceAll(
          '#/components/schemas/',
          '#/$defs/',
        ),
      ),
    )
  validators.set(schema, made)
  return made
}
