import { openApi, routes } from '../src/http/index.ts'

interface Schema {
  readonly [member: string]: unknown
}

/**
 * The source of `src/client/operations.ts`: what every operation of the published document takes and gives, as types, and
 * where it is asked. Made from the schemas that the server itself parses and answers with.
 */
export function clientOperations(): string {
  const document = openApi(routes) as unknown as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Schema>>>>
    readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
  }
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
  const types = operations.map(({ path, operation }) => {
    const summary = String(operation['summary'])
    return `  /** ${summary}. */\n  ${String(operation['operationId'])}: ${operationType(path, operation)}`
  })
  const rows = operations.map(({ path, method, operation }) => {
    const row = [method, path, bodyKind(operation), answerKind(operation)]
    return `  ${String(operation['operationId'])}: [${row.map((part) => `'${part}'`).join(', ')}],`
  })
  const named = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `/** \`${name}\` of the published document. */\nexport type ${typeName(name)} = ${typeOf(schema)}\n`,
  )
  return `// Made by \`npm run reference\` from the routes of the server; do not edit.

/** Every operation of a server: what stands in its path and query, its body, and what it answers. */
export interface Operations {
${types.join('\n')}
}

/** Where an operation is asked: method, path, kind of the body, kind of the answer. */
export const operationTable: Readonly<Record<keyof Operations, OperationRow>> = {
${rows.join('\n')}
}

/** A row of the table of operations. */
export type OperationRow = readonly [
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body: 'none' | 'json' | 'yaml',
  answer: 'empty' | 'json' | 'yaml' | 'text',
]

${named.join('\n')}`
}

/** Names of the document that TypeScript or a reader would take for something else. */
function typeName(name: string): string {
  return `Api${name}`
}

function operationType(path: string, operation: Schema): string {
  const parameters = (operation['parameters'] ?? []) as readonly (Schema & { readonly schema: Schema })[]
  const query = parameters.filter((each) => each['in'] === 'query')
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => `readonly ${name}: string | number`)
  const members = [
    ...(inPath.length === 0 ? [] : [`path: { ${inPath.join('; ')} }`]),
    ...(query.length === 0
      ? []
      : [
          `query: { ${query.map((each) => `readonly ${String(each['name'])}?: ${queryType(each.schema)}`).join('; ')} }`,
        ]),
    ...bodyMember(operation),
    `answer: ${answerType(operation)}`,
  ]
  return `{ ${members.join('; ')} }`
}

/** Texts travel in a query; numbers and truth values are written as them. */
function queryType(schema: Schema): string {
  const words = schema['enum'] as readonly string[] | undefined
  if (words?.includes('true')) return 'boolean'
  if (words !== undefined) return words.map((word) => JSON.stringify(word)).join(' | ')
  return String(schema['pattern'] ?? '').startsWith('^[0-9]') ? 'number' : 'string | number'
}

function contentOf(described: unknown): Readonly<Record<string, { readonly schema: Schema }>> {
  return ((described as Schema | undefined)?.['content'] ?? {}) as never
}

function bodyKind(operation: Schema): string {
  const content = contentOf(operation['requestBody'])
  return 'application/json' in content ? 'json' : 'application/x-yaml' in content ? 'yaml' : 'none'
}

function bodyMember(operation: Schema): readonly string[] {
  const described = operation['requestBody'] as Schema | undefined
  const kind = bodyKind(operation)
  if (described === undefined || kind === 'none') return []
  const type =
    kind === 'yaml' ? 'string | Uint8Array' : typeOf(contentOf(described)['application/json']!.schema)
  return [`body${described['required'] === true ? '' : '?'}: ${type}`]
}

function goodAnswer(operation: Schema): Readonly<Record<string, { readonly schema: Schema }>> {
  const responses = operation['responses'] as Readonly<Record<string, unknown>>
  return contentOf(responses['200'] ?? responses['201'] ?? responses['204'])
}

function answerKind(operation: Schema): string {
  const content = goodAnswer(operation)
  if ('application/json' in content) return 'json'
  if ('application/x-yaml' in content) return 'yaml'
  return Object.keys(content).length === 0 ? 'empty' : 'text'
}

function answerType(operation: Schema): string {
  const kind = answerKind(operation)
  if (kind === 'json') return typeOf(goodAnswer(operation)['application/json']!.schema)
  return kind === 'empty' ? 'undefined' : 'string'
}

function typeOf(schema: Schema): string {
  const reference = schema['$ref']
  if (typeof reference === 'string') return typeName(reference.split('/').at(-1)!)
  const choices = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined
  if (choices !== undefined) return choices.map(typeOf).join(' | ')
  if ('const' in schema) return JSON.stringify(schema['const'])
  const words = schema['enum'] as readonly unknown[] | undefined
  if (words !== undefined) return words.map((word) => JSON.stringify(word)).join(' | ')
  const { type } = schema
  if (Array.isArray(type)) return type.map((each) => typeOf({ ...schema, type: each })).join(' | ')
  if (type === 'array') return `readonly (${typeOf((schema['items'] ?? {}) as Schema)})[]`
  if (type === 'object') return objectType(schema)
  if (type === 'integer' || type === 'number') return 'number'
  return type === 'string' || type === 'boolean' || type === 'null' ? type : 'unknown'
}

function objectType(schema: Schema): string {
  const required = new Set((schema['required'] ?? []) as readonly string[])
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, Schema>>)
  const members = properties.map(
    ([name, each]) => `readonly ${memberName(name)}${required.has(name) ? '' : '?'}: ${typeOf(each)}`,
  )
  const more = schema['additionalProperties']
  if (typeof more === 'object' && more !== null && 'not' in more) return `{ ${members.join('; ')} }`
  if (typeof more === 'object' && more !== null && Object.keys(more).length > 0) {
    return `{ ${[...members, `readonly [name: string]: ${typeOf(more as Schema)}`].join('; ')} }`
  }
  return members.length === 0 ? 'Readonly<Record<string, unknown>>' : `{ ${members.join('; ')} }`
}

function memberName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)
}
