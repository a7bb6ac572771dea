import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NumberText, parseJson } from '../value/index.ts'
import { compileSchema } from './compile.ts'
import {
  checkItemCount,
  checkNumber,
  checkPropertyCount,
  checkString,
  constMessage,
  enumMessage,
  equalConstants,
  missingMessage,
  missingProperties,
} from './constraints.ts'
import { number, object, string } from './construct.ts'
import type { SchemaObject } from './model.ts'

const text = (value: string): NumberText => new NumberText(value)
const compiled = (schema: SchemaObject): SchemaObject => {
  assert.equal(compileSchema(schema), null)
  return schema
}

test('a number is held against every rule, in the fixed order and words', () => {
  const schema = compiled(
    number({
      maximum: text('1'),
      exclusiveMaximum: text('2.0'),
      minimum: text('4'),
      exclusiveMinimum: text('3'),
      multipleOf: text('2'),
    }),
  )
  assert.deepEqual(checkNumber(schema, '3'), [
    'expected a multiple of 2',
    'expected a number greater than or equal to 4',
    'expected a number greater than 3',
    'expected a number less than or equal to1',
    'expected a number less than 2.0',
  ])
})

test('limits that are met give no message, exclusive ones exclude themselves', () => {
  const inclusive = compiled(number({ minimum: text('1'), maximum: text('1') }))
  assert.deepEqual(checkNumber(inclusive, '1.0'), [])
  assert.deepEqual(checkNumber(compiled(number({ exclusiveMinimum: text('1') })), '1'), [
    'expected a number greater than 1',
  ])
  assert.deepEqual(checkNumber(compiled(number({ exclusiveMaximum: text('1') })), '1'), [
    'expected a number less than 1',
  ])
  assert.deepEqual(checkNumber(compiled(number({ minimum: text('0') })), 'NaN').length, 1)
})

test('a string is counted in bytes and matched anywhere', () => {
  const schema = compiled(string({ minLength: text('3'), maxLength: text('4'), pattern: 'o+"' }))
  assert.deepEqual(checkString(schema, 'oo"'), [])
  assert.deepEqual(checkString(schema, 'é'), [
    'expected a string of at least length 3',
    'string must match the pattern "o+\\""',
  ])
  assert.deepEqual(checkString(schema, 'éo"é'), ['expected a string of at most length 4'])
})

test('a pattern that backtracking engines choke on takes linear time', () => {
  const schema = compiled(string({ pattern: '^(a+)+$' }))
  const start = performance.now()
  assert.equal(checkString(schema, `${'a'.repeat(2000)}!`).length, 1)
  assert.ok(performance.now() - start < 20_000)
})

test('lists and objects are counted', () => {
  const schema = compiled({
    type: '',
    minItems: text('2'),
    maxItems: text('1'),
    minProperties: text('2'),
    maxProperties: text('1'),
  })
  assert.deepEqual(checkItemCount(schema, 1), ['expected an array with at least 2 items'])
  assert.deepEqual(checkItemCount(schema, 2), ['expected an array with at most 1 items'])
  assert.deepEqual(checkPropertyCount(schema, 1), ['expected an object with at least 2 properties'])
  assert.deepEqual(checkPropertyCount(schema, 2), ['expected an object with at most 1 properties'])
})

test('missing are the required ones in their order, then what present ones depend on', () => {
  const schema = object({}, { required: ['b', 'a', 'here'], dependentRequired: { here: ['c'], gone: ['d'] } })
  const missing = missingProperties(schema, (name) => name === 'here')
  assert.deepEqual(missing, ['b', 'a', 'c'])
  assert.equal(missingMessage(missing), 'missing required properties: b, a, c')
})

test('constants are named in JSON with sorted keys', () => {
  assert.equal(constMessage(parseJson('{"b":[1.0,"<"],"a":null}')), 'expected {"a":null,"b":[1.0,"\\u003c"]}')
  assert.equal(enumMessage(['foo', text('2')]), 'expected one of ["foo",2]')
  assert.equal(enumMessage(['foo']), 'expected "foo"')
})

test('constants are equal by members, numbers by their text', () => {
  const equal = (a: string, b: string): boolean => equalConstants(parseJson(a), parseJson(b))
  assert.ok(equal('{"a":[1,null],"b":true}', '{"b":true,"a":[1,null]}'))
  assert.ok(!equal('1', '1.0'))
  assert.ok(!equal('[1]', '[1,2]'))
  assert.ok(!equal('{"a":1}', '{"b":1}'))
  assert.ok(!equal('{"a":1}', '{"__proto__":1}'))
  assert.ok(!equal('[]', '{}'))
  assert.ok(!equal('"1"', '1'))
})
