import { z } from 'zod'
import type { PublishedDocument } from './openapi-page.ts'
import type { AnswerShape, Route } from './route.ts'
import { problemSchema } from './schemas/problem.ts'

type Json = { readonly [member: string]: unknown }

/** The OpenAPI 3.1 document of a route table. The schemas that answer and parse requests are the ones it describes. */
export function openApi(table: readonly Route[]): PublishedDocument {
  const schemas: Record<string, unknown> = {}
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of table) {
    paths[route.path] ??= {}
    paths[route.path]![route.method.toLowerCase()] = operation(route, schemas)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'OpenESC',
      version: '1',
      description: 'Environments, secrets and configuration. Compatible with clients of Pulumi ESC.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    // `operation` makes each of them.
    paths: paths as PublishedDocument['paths'],
    components: {
      schemas,
      securitySchemes: {
        token: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: '`token <access token>`; `Bearer <access token>` is read too.',
        },
      },
    },
  }
}

function operation(route: Route, schemas: Record<string, unknown>): Json {
  const { id, summary, permission, body, bodyOptional } = route
  const parameters = [...pathParameters(route.path), ...queryParameters(route, schemas)]
  return {
    operationId: id,
    summary,
    'x-permission': permission,
    ...(permission === 'public' ? {} : { security: [{ token: [] }] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === 'none'
      ? {}
      : {
          requestBody: {
            required: !bodyOptional,
            content: requestContent(route, schemas),
          },
        }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, shape]) => [status, answer(shape, schemas)]),
      ),
      default: {
        description: 'A problem; its `code` equals the status.',
        content: { 'application/json': { schema: jsonSchema(problemSchema, 'output', schemas) } },
      },
    },
  }
}

function requestContent({ bodySchema, bodyForm }: Route, schemas: Record<string, unknown>): Json {
  if (bodySchema === null) return { 'application/x-yaml': { schema: { type: 'string' } } }
  const schema = jsonSchema(bodySchema, 'input', schemas)
  return {
    'application/json': { schema },
    ...(bodyForm ? { 'application/x-www-form-urlencoded': { schema } } : {}),
  }
}

function answer(shape: AnswerShape, schemas: Record<string, unknown>): Json {
  if (shape === 'empty') return { description: 'Done; no body.' }
  if (shape === 'text') {
    return { description: 'Text.', content: { '*/*': { schema: { type: 'string' } } } }
  }
  if (shape === 'yaml') {
    return {
      description: 'The definition, byte for byte as stored.',
      headers: {
        ETag: { schema: { type: 'string' } },
        'Pulumi-ESC-Revision': { schema: { type: 'integer' } },
      },
      content: { 'application/x-yaml': { schema: { type: 'string' } } },
    }
  }
  return {
    description: 'Done.',
    content: { 'application/json': { schema: jsonSchema(shape, 'output', schemas) } },
  }
}

function pathParameters(path: string): readonly Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const { pattern = '^(?!\\.{1,2}$)[!-$&-.0-\\[\\]-~]{1,200}$', description = '' } = pathParts[name] ?? {}
    return {
      name,
      in: 'path',
      required: true,
      ...(description === '' ? {} : { description }),
      schema: { type: 'string', pattern },
    }
  })
}

const partName = '^(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,100}$'

/** What stands in a path, by the name it has there. */
const pathParts: Readonly<Record<string, { readonly pattern?: string; readonly description?: string }>> = {
  org: {
    pattern: '^[a-zA-Z0-9][a-zA-Z0-9_-]{1,38}[a-zA-Z0-9]$',
    description: 'The organization.',
  },
  project: { pattern: partName, description: 'The project; `default` for names without one.' },
  env: { pattern: partName, description: 'The environment.' },
  version: { description: 'A revision number, a revision tag, or `latest`.' },
  tag: { description: 'A revision tag; the first character is no digit.' },
  session: { description: 'The id that opening gave.' },
  changeRequest: { description: 'The id of a change request.' },
  login: { description: 'The login of a person.' },
}

function queryParameters({ query }: Route, schemas: Record<string, unknown>): readonly Json[] {
  return Object.entries(query?.shape ?? {}).map(([name, shape]) => ({
    name,
    in: 'query',
    required: false,
    schema: jsonSchema(shape, 'input', schemas),
  }))
}

/** A schema by reference where it has a name, in place where it has none. Named ones join `schemas`. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, unknown>): unknown {
  const made = z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any' })
  const { $schema: _, $defs: definitions, ...root } = made
  const name = schema.meta()?.id
  for (const [id, definition] of Object.entries(definitions ?? {})) {
    schemas[id] ??= moveReferences(definition, id)
  }
  if (name === undefined) return moveReferences(root, null)
  // A root that is only a reference to its own definition has been taken over above.
  if (root['$ref'] === undefined) schemas[name] = moveReferences(root, name)
  return { $ref: `#/components/schemas/${name}` }
}

/** References lead to the document's components; `#` is the schema of that name itself. */
function moveReferences(node: unknown, self: string | null): unknown {
  if (Array.isArray(node)) return node.map((item) => moveReferences(item, self))
  if (typeof node !== 'object' || node === null) return node
  const moved: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(node)) {
    if (key === '$ref' && value === '#') moved[key] = `#/components/schemas/${self}`
    else if (key === '$ref') moved[key] = String(value).replace('#/$defs/', '#/components/schemas/')
    else if (key !== 'id' || typeof value !== 'string') moved[key] = moveReferences(value, self)
  }
  return moved
}
