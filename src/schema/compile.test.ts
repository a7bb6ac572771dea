import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NumberText, type PlainValue, stringifyJson } from '../value/index.ts'
import { compileSchema, referenceTarget } from './compile.ts'
import { anyOf, array, map, number, object, oneOf, record, reference, string, tuple } from './construct.ts'
import { propertySchema } from './item-property.ts'
import { metaSchema } from './meta-schema.ts'
import type { Schema, SchemaObject } from './model.ts'
import { isRotateOnly } from './rotate-only.ts'
import { schemaToJson } from './to-json.ts'

const text = (value: string): NumberText => new NumberText(value)
const json = (schema: Schema): string =>
  stringifyJson(schemaToJson(schema) as PlainValue, { sortKeys: false })

const problems: readonly (readonly [string, SchemaObject, string])[] = [
  [
    'a foreign reference',
    { ref: 'other.json', type: '' },
    'only fragment references of the form #/$defs/ref are supported',
  ],
  [
    'a deeper reference',
    { ref: '#/$defs/a/b', type: '' },
    'only fragment references of the form #/$defs/ref are supported',
  ],
  ['an unknown reference', reference('x'), 'unknown subschema #/$defs/x'],
  [
    'a reference to an inherited name',
    { ...reference('toString'), defs: {} },
    'unknown subschema #/$defs/toString',
  ],
  [
    'a fractional length',
    string({ minLength: text('1.0') }),
    'strconv.ParseUint: parsing "1.0": invalid syntax',
  ],
  ['a negative length', string({ maxLength: text('-1') }), 'strconv.ParseUint: parsing "-1": invalid syntax'],
  [
    'a length of 2^64',
    { type: 'array', maxItems: text('18446744073709551616') },
    'strconv.ParseUint: parsing "18446744073709551616": value out of range',
  ],
  ['an open class', string({ pattern: '[' }), 'error parsing regexp: missing closing ]: `[`'],
  ['an open group', string({ pattern: '(' }), 'error parsing regexp: missing closing ): `(`'],
  ['a stray bracket', string({ pattern: ')' }), 'error parsing regexp: unexpected ): `)`'],
  [
    'a bare star',
    string({ pattern: '*' }),
    'error parsing regexp: missing argument to repetition operator: `*`',
  ],
  [
    'a double star',
    string({ pattern: 'a**' }),
    'error parsing regexp: invalid nested repetition operator: `**`',
  ],
  ['a huge count', string({ pattern: 'a{1001}' }), 'error parsing regexp: invalid repeat count: `{1001}`'],
  [
    'a backward range',
    string({ pattern: '[z-a]' }),
    'error parsing regexp: invalid character class range: `z-a`',
  ],
  ['a back-reference', string({ pattern: '(a)\\1' }), 'error parsing regexp: invalid escape sequence: `\\1`'],
  [
    'look-ahead',
    string({ pattern: '(?=a)' }),
    'error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
  ],
  [
    'a trailing backslash',
    string({ pattern: 'a\\' }),
    'error parsing regexp: trailing backslash at end of expression: ``',
  ],
]

for (const [what, schema, problem] of problems) {
  test(`${what} is refused, at any depth and every time: ${problem}`, () => {
    assert.equal(compileSchema(schema), problem)
    assert.equal(compileSchema(schema), problem)
    assert.equal(
      compileSchema(object({ a: anyOf([oneOf([array(map(tuple([schema])))])]) }, { defs: {} })),
      problem,
    )
  })
}

test('definitions that nothing refers to are not looked at', () => {
  assert.equal(compileSchema({ defs: { bad: string({ pattern: '(' }) }, type: '' }), null)
})

test('a reference may lead back to where it stands', () => {
  const schema = metaSchema()
  assert.equal(compileSchema(schema), null)
  assert.equal(referenceTarget(schema), schema.defs!['schema'])
})

test('a reference is percent-decoded', () => {
  const target = string()
  const schema: SchemaObject = { defs: { 'a b': target }, ref: '#/$defs/a%20b', type: '' }
  assert.equal(compileSchema(schema), null)
  assert.equal(referenceTarget(schema), target)
})

test('booleans need no compiling', () => {
  assert.equal(compileSchema(true), null)
  assert.equal(compileSchema(false), null)
})

test('rotateOnly marks the listed properties and all below them, in copies', () => {
  const inner = record({ c: string(), b: array(number()) })
  const schema = object({ a: inner, plain: inner, any: true }, { rotateOnly: ['a', 'any', 'missing'] })
  assert.equal(compileSchema(schema), null)
  assert.equal(compileSchema(schema), null)
  assert.ok(isRotateOnly(propertySchema(schema, 'a')))
  assert.ok(isRotateOnly(propertySchema(propertySchema(schema, 'a'), 'c')))
  assert.ok(isRotateOnly(propertySchema(schema, 'any')))
  assert.ok(!isRotateOnly(schema))
  assert.ok(!isRotateOnly(propertySchema(schema, 'plain')))
  assert.equal(
    json(schema),
    '{"properties":{"a":{"properties":{"b":{"items":{"type":"number"},"type":"array"},"c":{"type":"string"}},"type":"object","required":["b","c"],"rotateOnly":["b","c"]},"any":true,"plain":{"properties":{"b":{"items":{"type":"number"},"type":"array"},"c":{"type":"string"}},"type":"object","required":["b","c"]}},"type":"object","rotateOnly":["a","any","missing"]}',
  )
})

test('rotateOnly goes through references and alternatives, cycles included', () => {
  const list: SchemaObject = object({ next: reference('list'), value: anyOf([string(), number()]) })
  const schema = object({ head: reference('list') }, { defs: { list }, rotateOnly: ['head'] })
  assert.equal(compileSchema(schema), null)
  const target = referenceTarget(propertySchema(schema, 'head') as SchemaObject) as SchemaObject
  assert.ok(isRotateOnly(target))
  assert.ok(isRotateOnly(propertySchema(target, 'value')))
  const next = propertySchema(target, 'next') as SchemaObject
  assert.ok(isRotateOnly(next))
  assert.equal(referenceTarget(next), target)
  assert.ok(!isRotateOnly(list))
})
