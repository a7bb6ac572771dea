import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rangeless } from '../diag/index.ts'
import type { ExportedValue } from './exported.ts'
import { NumberText } from './number-text.ts'
import { recordOf } from './record.ts'
import { stringifyJson } from './stringify-json.ts'
import { toJson, toText } from './to-json.ts'

const trace = { def: rangeless('test') }
const of = (
  value: NonNullable<ExportedValue['value']> | null,
  flags: Partial<ExportedValue> = {},
): ExportedValue => (value === null ? { trace, ...flags } : { value, trace, ...flags })

const everything = of(
  recordOf([
    ['b', of([of(null), of(true), of(new NumberText('1.10'))])],
    ['__proto__', of('plain')],
    ['both', of('s3cret', { secret: true, unknown: true })],
    ['secret', of('s3cret', { secret: true })],
    ['unknown', of('[unknown]', { unknown: true })],
  ]),
)

test('redacted JSON hides secrets first, then says what is unknown', () => {
  assert.equal(
    stringifyJson(toJson(everything, { redact: true })),
    '{"__proto__":"plain","b":[null,true,1.10],"both":"[secret]","secret":"[secret]","unknown":"[unknown]"}',
  )
})

test('revealed JSON shows secrets, an unknown secret stays unknown', () => {
  assert.equal(
    stringifyJson(toJson(everything, { redact: false })),
    '{"__proto__":"plain","b":[null,true,1.10],"both":"[unknown]","secret":"s3cret","unknown":"[unknown]"}',
  )
})

test('a redacted container shows nothing of its members', () => {
  assert.equal(toJson(of([of('a')], { secret: true }), { redact: true }), '[secret]')
})

test('text quotes what is nested, once per level', () => {
  assert.equal(toText(of(null), { redact: true }), '')
  assert.equal(toText(of(false), { redact: true }), 'false')
  assert.equal(toText(of([of('a'), of([of('b')])]), { redact: true }), '"a","\\"b\\""')
  assert.equal(
    toText(everything, { redact: true }),
    '"__proto__"="plain","b"="\\"\\",\\"true\\",\\"1.10\\"","both"="[secret]","secret"="[secret]","unknown"="[unknown]"',
  )
})
