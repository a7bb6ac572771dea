import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PlainValue, parseJson, stringifyJson } from '../value/index.ts'
import { array, nil, object, record, string, tuple } from './construct.ts'
import { schemaFromJson } from './from-json.ts'
import { metaSchema } from './meta-schema.ts'
import type { Schema } from './model.ts'
import { schemaToJson } from './to-json.ts'

const written = (schema: Schema): string =>
  stringifyJson(schemaToJson(schema) as PlainValue, { sortKeys: false })

const everything =
  '{"$defs":{"d":true},"$ref":"#/$defs/d","anyOf":[false],"oneOf":[true],"prefixItems":[{"type":"null"}],"items":false,"additionalProperties":true,"properties":{"__proto__":{"type":"string"},"a":true},"type":"object","const":0,"enum":["",null],"multipleOf":1.10,"maximum":1e400,"exclusiveMaximum":2,"minimum":0,"exclusiveMinimum":-1,"maxLength":9,"minLength":0,"pattern":"^a","maxItems":3,"minItems":1,"uniqueItems":true,"maxProperties":4,"minProperties":2,"required":["a"],"dependentRequired":{"a":["b"]},"title":"t","description":"d","default":false,"deprecated":true,"examples":[1],"secret":true,"rotateOnly":["a"]}'

test('every keyword is read and written, in the fixed order, numbers as they were', () => {
  assert.equal(written(schemaFromJson(parseJson(everything))), everything)
})

test('the order of what was read does not matter', () => {
  assert.equal(
    written(schemaFromJson(parseJson('{"type":"string","pattern":"a","minLength":1}'))),
    '{"type":"string","minLength":1,"pattern":"a"}',
  )
})

test('empty keywords are left out, the type is always written', () => {
  assert.equal(written(schemaFromJson(parseJson('{}'))), '{"type":""}')
  assert.equal(written(record({})), '{"type":"object"}')
  assert.equal(written(tuple([])), '{"items":false,"type":"array"}')
  const empty =
    '{"anyOf":[],"properties":{},"required":[],"title":"","uniqueItems":false,"const":null,"unknown":1,"not":true,"items":null}'
  assert.equal(written(schemaFromJson(parseJson(empty))), '{"type":""}')
  assert.equal(written(nil()), '{"type":"null"}')
})

test('constants that are false, empty or zero are written', () => {
  for (const value of ['false', '""', '0', '[]', '{}']) {
    assert.equal(written(schemaFromJson(parseJson(`{"const":${value}}`))), `{"type":"","const":${value}}`)
  }
})

const refusals: readonly (readonly [string, string])[] = [
  ['5', 'schema must be a boolean or an object, got number'],
  ['{"items":"x"}', 'schema must be a boolean or an object, got string'],
  ['{"anyOf":{}}', 'anyOf must be an array, got object'],
  ['{"type":"int"}', 'type must be the name of a type, got string'],
  ['{"minimum":"1"}', 'minimum must be a number, got string'],
  ['{"required":[1]}', 'required must be a string, got number'],
  ['{"properties":[]}', 'properties must be an object, got array'],
  ['{"deprecated":"no"}', 'deprecated must be a boolean, got string'],
]

for (const [text, message] of refusals) {
  test(`${text} is no schema: ${message}`, () => {
    assert.throws(() => schemaFromJson(parseJson(text)), { name: 'DecodeError', message })
  })
}

test('the schema of schemas is made anew each time and describes itself', () => {
  assert.notEqual(metaSchema(), metaSchema())
  const json = written(metaSchema())
  assert.equal(written(schemaFromJson(parseJson(json))), json)
  assert.ok(
    json.startsWith(
      '{"$defs":{"schema":{"anyOf":[{"type":"boolean"},{"properties":{"$defs":{"additionalProperties":{"$ref":"#/$defs/schema","type":""},"type":"object"}',
    ),
  )
  assert.ok(json.endsWith('"type":"object"}],"type":""}},"$ref":"#/$defs/schema","type":""}'))
})

test('constructors copy what they are given', () => {
  const properties = { a: string() }
  const schema = object(properties)
  assert.notEqual(schema.properties, properties)
  assert.equal(Object.getPrototypeOf(schema.properties), null)
  assert.equal(
    written(array(schema)),
    '{"items":{"properties":{"a":{"type":"string"}},"type":"object"},"type":"array"}',
  )
})
