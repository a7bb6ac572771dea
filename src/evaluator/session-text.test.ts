import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Environment } from '../eval/index.ts'
import { type ExportedValue, NumberText, stringifyJson } from '../value/index.ts'
import { findProperty } from './property.ts'
import { renderEnvironment, renderValue } from './rendered.ts'
import { decodeSession, encodeSession, sessionTextOf, valueTextAt } from './session-text.ts'

const place = { line: 1, column: 2, byte: 3 }
const trace = { def: { environment: 'e', begin: place, end: place } }
const style = { escapeHtml: false, sortKeys: false }

const numbers = fc.constantFrom('0', '7', '-1', '1.5', '1.10', '1e5', '18446744073709551615', '-0', '0.1')
const names = fc.constantFrom('a', 'b c', '__proto__', '2', '10', 'value', 'properties', 'é\u2028')
const texts = fc.oneof(fc.string(), fc.constantFrom('\u2028', '<&>', '\udc80', '"properties":{}', '\n'))
const { value } = fc.letrec<{ value: ExportedValue }>((tie) => ({
  value: fc
    .oneof(
      { maxDepth: 3 },
      fc.boolean(),
      numbers.map((text) => new NumberText(text)),
      texts,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(names, tie('value'), { maxKeys: 3 }),
    )
    .map((content) => ({ value: content, trace }) as ExportedValue),
}))
const environments = fc
  .dictionary(names, value, { maxKeys: 5 })
  .map((properties): Environment => ({ properties, schema: {}, executionContext: { schema: true } }))

/** The last steps of paths to what a value holds. */
function stepsInto({ value }: ExportedValue): readonly string[] {
  if (Array.isArray(value)) return value.map((_, index) => `[${index}]`)
  if (typeof value !== 'object' || value instanceof NumberText) return []
  return Object.keys(value).map((name) => `["${name}"]`)
}

test('what is kept reads as the environment renders, and each value as it stands there', () => {
  fc.assert(
    fc.property(environments, (environment) => {
      const kept = decodeSession(encodeSession(sessionTextOf(environment)))
      assert.ok(kept)
      const wanted = `${stringifyJson(renderEnvironment(environment), style)}\n`
      assert.equal(Buffer.from(kept.whole).toString(), wanted)
      for (const name of Object.keys(environment.properties ?? {})) {
        const path = `["${name}"]`
        const found = findProperty(environment.properties ?? {}, path)
        assert.equal(valueTextAt(kept, path), stringifyJson(renderValue(found), style))
        for (const deeper of stepsInto(found)) {
          const inner = findProperty(environment.properties ?? {}, `${path}${deeper}`)
          // A byte that is not UTF-8 is written as `\\ufffd` first, and as that character by a reader of it.
          assert.equal(
            valueTextAt(kept, `${path}${deeper}`),
            stringifyJson(renderValue(inner), style).replaceAll('\\ufffd', '\ufffd'),
          )
        }
      }
    }),
  )
})

test('numbers that the platform would write otherwise take the slower way', () => {
  const of = (text: string) =>
    sessionTextOf({
      properties: { n: { value: new NumberText(text), trace } },
      schema: {},
      executionContext: { schema: {} },
    })
  const isNative = (text: string) => (JSON.parse(of(text).head) as { isNative: boolean }).isNative
  assert.equal(isNative('12'), true)
  assert.equal(isNative('1.10'), false)
  assert.ok(valueTextAt(of('1.10'), 'n').startsWith('{"value":1.10,'))
})

test('an environment that holds nothing is `{}`, and a path into it leads nowhere', () => {
  const kept = decodeSession(encodeSession(sessionTextOf(null)))!
  assert.equal(Buffer.from(kept.whole).toString(), '{}\n')
  assert.throws(() => valueTextAt(kept, 'a'), { code: 'PROPERTY_NOT_FOUND' })
})

test('bytes of another form are no session', () => {
  for (const bytes of ['{"properties":{}}', '{"exprs":{}}\n'])
    assert.equal(decodeSession(Buffer.from(bytes)), null)
})
