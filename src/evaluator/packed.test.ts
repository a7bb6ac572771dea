import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ExportedValue, NumberText } from '../value/index.ts'
import { packRecord, packValue, unpackRecord, unpackValue } from './packed.ts'

const place = { line: 1, column: 2, byte: 3 }
const trace = { def: { environment: 'e', begin: place, end: place } }
const names = fc.constantFrom('a', '__proto__', 'constructor', 'toString', '1', 'é\u2028', 'number')
const { value } = fc.letrec<{ value: ExportedValue }>((tie) => ({
  value: fc
    .oneof(
      { maxDepth: 3 },
      fc.constantFrom(undefined, true, 'text', '\udc80', new NumberText('1.10'), new NumberText('-0')),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.array(fc.tuple(names, tie('value')), { maxLength: 4 }).map((entries) => {
        const record = Object.create(null)
        for (const [name, member] of entries) record[name] = member
        return record
      }),
    )
    .map((content) => ({
      ...(content === undefined ? {} : { value: content }),
      ...(content === true ? { secret: true as const } : {}),
      ...(content === 'text' ? { unknown: true as const } : {}),
      trace: content === true ? { ...trace, base: { trace } } : trace,
    })),
}))

test('S-44: a value that crosses between threads comes back as it was, whatever its keys are called', () => {
  fc.assert(
    fc.property(value, (sent) => {
      assert.deepStrictEqual(unpackValue(structuredClone(packValue(sent))), sent)
      assert.equal(({} as { polluted?: unknown }).polluted, undefined)
    }),
  )
})

test('a record that crosses has no prototype', () => {
  const record = unpackRecord(structuredClone(packRecord({ a: { value: 'x', trace } })))
  assert.equal(Object.getPrototypeOf(record), null)
})
