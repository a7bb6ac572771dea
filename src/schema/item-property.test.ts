import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  anyOf,
  array,
  map,
  number,
  object,
  oneOf,
  record,
  reference,
  string,
  tuple,
  typed,
} from './construct.ts'
import { itemSchema, propertySchema } from './item-property.ts'

test('a known element or property has its own schema, others that of the rest', () => {
  const schema = { ...tuple([string()]), items: number() }
  assert.deepEqual(itemSchema(schema, 0), string())
  assert.deepEqual(itemSchema(schema, 1), number())
  assert.deepEqual(propertySchema({ ...record({ a: string() }), additionalProperties: true }, 'b'), true)
  assert.deepEqual(propertySchema(map(number()), 'x'), number())
})

test('nothing said means nothing allowed', () => {
  assert.equal(itemSchema(typed('array'), 0), false)
  assert.equal(propertySchema(record({ a: string() }), 'b'), false)
  assert.equal(propertySchema(record({ a: string() }), 'toString'), false)
  assert.equal(propertySchema(true, 'a'), false)
  assert.equal(propertySchema(string(), 'a'), false)
  assert.equal(itemSchema(object({}), 0), false)
  assert.equal(propertySchema(reference('a'), 'a'), false)
})

test('alternatives come first, then the schema itself; several make a oneOf', () => {
  const schema = {
    ...object({ a: number() }),
    anyOf: [record({ a: string() }), record({ b: string() })],
    oneOf: [array(string()), oneOf([record({ a: true })])],
  }
  assert.deepEqual(propertySchema(schema, 'a'), { oneOf: [string(), true, number()], type: '' })
  assert.deepEqual(propertySchema(schema, 'b'), string())
  assert.deepEqual(itemSchema(anyOf([array(string()), tuple([number()])]), 0), {
    oneOf: [string(), number()],
    type: '',
  })
})
