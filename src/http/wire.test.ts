import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NumberText, stringifyJson } from '../value/index.ts'
import { renderDiagnostics, renderEnvironment, renderValue, renderWarnings } from './wire.ts'

const at = (environment: string) => ({
  environment,
  begin: { line: 1, column: 2, byte: 1 },
  end: { line: 1, column: 3, byte: 2 },
})
const text = (value: unknown) => stringifyJson(value as never, { sortKeys: false, escapeHtml: false })

test('null has a value, secrecy is there only when it holds, numbers keep their text', () => {
  assert.equal(
    text(renderValue({ trace: { def: at('e') } })),
    '{"value":null,"trace":{"def":{"environment":"e","begin":{"line":1,"column":2,"byte":1},"end":{"line":1,"column":3,"byte":2}}}}',
  )
  const value = renderValue({ value: new NumberText('1.10'), secret: true, trace: { def: at('e') } })
  assert.match(text(value), /^\{"value":1\.10,"secret":true,"trace"/)
})

test('a range without an environment gets a name, at any depth', () => {
  const inner = { value: 'x', trace: { def: at('') } }
  const value = renderValue({
    value: { a: inner, list: { value: [inner], trace: { def: at('') } } },
    trace: { def: at(''), base: inner },
  } as never)
  const environments = [...text(value).matchAll(/"environment":"([^"]*)"/g)].map(([, name]) => name)
  assert.equal(environments.length, 5)
  assert.ok(environments.every((name) => name === '<unknown>'))
})

test('keys that look like members of the format are ordinary keys', () => {
  const leaf = (name: string) => ({ value: name, trace: { def: at('e') } })
  const value = Object.assign(Object.create(null), {
    __proto__x: leaf('p'),
    begin: leaf('b'),
    end: leaf('e'),
    schema: leaf('s'),
    value: leaf('v'),
  })
  const rendered = renderValue({ value, trace: { def: at('e') } }) as { value: Record<string, unknown> }
  assert.deepEqual(Object.keys(rendered.value).sort(), ['__proto__x', 'begin', 'end', 'schema', 'value'])
  const exprs = renderEnvironment({
    exprs: {
      o: {
        range: at('e'),
        object: { begin: { range: at('') }, end: { range: at('') }, schema: { range: at('') } },
      },
    },
    schema: true,
    executionContext: { schema: true },
  })
  assert.equal([...text(exprs).matchAll(/"environment":"<unknown>"/g)].length, 3)
})

test('an environment that holds nothing is `{}`, and empty members are left out', () => {
  assert.equal(text(renderEnvironment({})), '{}')
  const rendered = renderEnvironment({
    exprs: {},
    properties: {},
    schema: true,
    executionContext: { schema: true },
  })
  assert.equal(text(rendered), '{"schema":true,"executionContext":{"schema":true}}')
})

test('diagnostics leave out what they do not say', () => {
  const bare = { severity: 'error', summary: 's', detail: '', range: null, path: '' } as const
  assert.deepEqual(renderDiagnostics([bare]), [{ summary: 's', severity: 'error' }])
  assert.deepEqual(renderWarnings([]), {})
  const [full] = renderDiagnostics([{ ...bare, detail: 'd', path: 'p', range: at('') }]) as [
    { range: { environment: string } },
  ]
  assert.equal(full.range.environment, '<unknown>')
})
