import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ZodType } from 'zod'
import { type Route, routes } from '../../src/http/index.ts'
import { problemSchema } from '../../src/http/schemas/problem.ts'
import type { Answered, CallOptions, Who, World } from './world.ts'

/** One request and what its answer must and must not say. Texts are searched in the body, the reason and the hint. */
export interface Row {
  readonly is: string
  readonly who: Who
  readonly request: string
  readonly send?: CallOptions
  readonly status: number
  readonly holds?: readonly string[]
  readonly holdsNot?: readonly string[]
  readonly headers?: Readonly<Record<string, string | RegExp>>
  /** The whole body. */
  readonly body?: string
}

/** Runs each row as a test of its own, in order, against one world. */
export function table(world: () => World, rows: readonly Row[]): void {
  for (const row of rows) {
    test(`${row.is}: ${row.who} ${row.request} gives ${row.status}`, async () => {
      const answered = await world().call(row.who, row.request, row.send)
      assert.equal(answered.status, row.status, answered.text)
      const said = whatItSays(answered)
      for (const text of row.holds ?? []) assert.ok(said.includes(text), `wanted ${text} in ${said}`)
      for (const text of row.holdsNot ?? []) assert.ok(!said.includes(text), `wanted no ${text} in ${said}`)
      for (const [name, wanted] of Object.entries(row.headers ?? {})) {
        const got = answered.headers.get(name) ?? ''
        if (typeof wanted === 'string') assert.equal(got, wanted, name)
        else assert.match(got, wanted, name)
      }
      if (row.body !== undefined) assert.equal(answered.text, row.body)
      assertContract(row.request, answered)
    })
  }
}

function whatItSays({ text, headers }: Answered): string {
  return [text, headers.get('openesc-reason') ?? '', headers.get('openesc-hint') ?? ''].join('\n')
}

/** What holds of every answer: its shape is the published one, a problem's code is its status, the headers are there. */
export function assertContract(request: string, answered: Answered): void {
  const { status, headers, text } = answered
  assert.ok(headers.get('x-pulumi-request-id'))
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/)
  if (text !== '') {
    assert.match(headers.get('content-type') ?? '', /^application\/(?:json|x-yaml)$/)
  }
  if (status === 204) assert.equal(headers.get('content-type'), null)
  if (status >= 400 && !request.startsWith('HEAD')) {
    const problem = answered.json()
    // The exchange answers in the words of OAuth.
    if (/^POST \/api\/oauth\/(?:device|(?:oidc\/)?token)/.test(request) && 'error' in problem) return
    assert.equal(problem['code'], status)
    // A strict client that meets a member it does not know tells its user that instead of the message.
    for (const member of Object.keys(problem)) assert.ok(problemMembers.has(member), `${request}: ${member}`)
    assert.match(headers.get('openesc-reason') ?? '', /^[a-z_]+$/)
    assertShape(problemSchema, problem, request)
    return
  }
  const shape = routeOf(request)?.answers[status]
  if (shape === undefined || typeof shape === 'string') return
  assert.ok(text.endsWith('\n'))
  assertShape(shape, answered.json(), request)
}

const problemMembers = new Set([
  ...['code', 'message', 'diagnostics'],
  // What could be evaluated in spite of errors.
  ...['exprs', 'properties', 'schema', 'executionContext'],
])

function assertShape(schema: ZodType, value: unknown, request: string): void {
  const parsed = schema.safeParse(value)
  assert.ok(
    parsed.success,
    `${request} is not as published: ${parsed.error?.message}\n${JSON.stringify(value)}`,
  )
}

/** The route of the table that a request takes. */
export function routeOf(request: string): Route | undefined {
  const [method, target = ''] = request.split(' ')
  const path = (target.split('?')[0] ?? '').replace(/\/{2,}/g, '/')
  return routes.find(
    (route) =>
      route.method === method && new RegExp(`^${route.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  )
}
