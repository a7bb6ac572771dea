// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written like this
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RequestContext } from '../context.ts'
import { parsePolicy } from '../policy/parse.ts'
import { parseAddress } from './address.ts'
import { parseInstant } from './instant.ts'
import { judge } from './judge.ts'
import { compareDecimals, parseDecimal } from './number.ts'
import { operators, parseOperator } from './registry.ts'

type Values = string | number | boolean | readonly string[]

// `undefined` = absent, a list = multivalued.
function holds(operator: string, wanted: Values, actual: string | readonly string[] | undefined): boolean {
  const { policy, faults } = parsePolicy({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: {},
      Action: 'sts:*',
      Condition: { [operator]: { 'x:key': wanted } },
    },
  })
  assert.ok(policy, faults.map(({ detail }) => detail).join())
  const context = new RequestContext()
  if (typeof actual === 'object') context.setMany('x:key', actual)
  else context.set('x:key', actual)
  context.set('x:name', 'na*me')
  return judge(policy.statements[0]!.conditions[0]!, context).holds
}

const table: readonly [string, Values, string | readonly string[] | undefined, boolean][] = [
  ['StringEquals', [], 'a', false],
  ['StringNotEquals', [], 'a', true],
  ['StringEqualsIgnoreCase', 'STRASSE', 'straße', false],
  ['StringEqualsIgnoreCase', 'ÄB', 'äb', true],
  ['StringLike', '${x:name}', 'na*me', true],
  ['StringLike', '${x:name}', 'naXme', false],
  ['StringLike', "${x:none, 'd*'}", 'dd', false],
  ['StringLike', "${x:none, 'd*'}", 'd*', true],
  ['StringNotLike', ['${x:none}', 'b'], 'a', true],
  ['StringNotLike', ['${x:none}', 'a'], 'a', false],
  ['StringEquals', '${', '${', true],
  ['NumericEquals', '1e3', '1000.0', true],
  ['NumericEquals', '0.1', '0.10000000000000000001', false],
  ['NumericLessThan', '-1', '-1.5', true],
  ['NumericLessThanEquals', '007', '7', true],
  ['NumericGreaterThan', '1e400', '1e401', true],
  ['NumericGreaterThan', 'x', '1', false],
  ['NumericNotEquals', '1', 'one', true],
  ['DateEquals', '2026-01-01T01:00:00+01:00', '2026-01-01', true],
  ['DateEquals', '2026-01-01T00:00:00.0015Z', '2026-01-01T00:00:00.001Z', true],
  ['DateLessThan', '2026-02-30', '2026-01-01', false],
  ['DateNotEquals', 'soon', '2026-01-01', true],
  ['DateGreaterThan', '0', '1', true],
  ['Bool', 'yes', 'false', true],
  ['Bool', true, 'TRUE', true],
  ['BinaryEquals', 'QQ==', 'QQ==', true],
  ['BinaryEquals', 'QR==', 'QQ==', true],
  ['BinaryEquals', '!', '!', false],
  ['IpAddress', '203.0.113.77/24', '203.0.113.1', true],
  ['IpAddress', '203.0.113.0/24', '::ffff:203.0.113.1', true],
  ['IpAddress', '2001:db8::1/32', '2001:db8::2', false],
  ['NotIpAddress', '2001:db8::1/32', '2001:db8::2', true],
  ['IpAddress', '10.0.0.0/8', 'nonsense', false],
  ['NotIpAddress', '10.0.0.0/8', 'nonsense', false],
  ['IpAddress', '10.0.0.0/33', '10.0.0.0', false],
  ['ArnEquals', 'arn:aws:iam::*:role/*', 'arn:aws:iam::1:role/a:b', true],
  ['ArnLike', 'arn:aws:*:role/a', 'arn:aws:iam::1:role/a', false],
  ['ArnLike', '*', 'arn:aws:iam::1:role/a', false],
  ['ArnNotLike', '*', 'arn:aws:iam::1:role/a', true],
  ['ArnNotEquals', 'arn:aws:iam::1:role/a', 'no arn', false],
  ['Null', 'TRUE', undefined, true],
  ['Null', 'x', 'a', true],
  ['Null', 'true', [], true],
  ['StringEquals', 'a', ['a'], false],
  ['StringNotEquals', 'b', ['a'], false],
  ['StringEqualsIfExists', 'a', ['a'], false],
  ['ForAnyValue:StringEquals', 'a', ['b', 'a'], true],
  ['ForAnyValue:StringNotEquals', 'a', undefined, false],
  ['ForAnyValue:StringEqualsIfExists', 'a', undefined, false],
  ['ForAllValues:StringLike', 'a*', ['a', 'ab'], true],
  ['ForAllValues:StringLike', 'a*', ['a', 'b'], false],
  ['ForAllValues:StringNotLike', 'a*', ['b', 'c'], true],
  ['ForAllValues:StringEquals', [], ['a'], false],
  ['ForAllValues:StringEquals', 'a', undefined, true],
  ['ForAllValues:StringEquals', '', '', true],
]

for (const [operator, wanted, actual, expected] of table) {
  test(`${operator} ${JSON.stringify(wanted)} is ${expected} for ${JSON.stringify(actual) ?? 'an absent key'}`, () => {
    assert.equal(holds(operator, wanted, actual), expected)
  })
}

test('an absent key is false for every positive operator and true for every negated one', () => {
  for (const { name, negated } of operators.values()) {
    if (name === 'Null') continue
    assert.equal(holds(name, '1', undefined), negated, name)
    assert.equal(holds(`${name}IfExists`, '1', undefined), true, name)
  }
})

test('operator names are exact and Null takes no prefix and no suffix', () => {
  for (const name of [
    'stringequals',
    'ForAnyValue:Null',
    'NullIfExists',
    'ForSomeValues:Bool',
    'IfExists',
    '',
  ]) {
    assert.equal(parseOperator(name), null, name)
  }
})

test('decimals compare like exact fractions', () => {
  const decimal = fc.tuple(fc.bigInt({ min: -99_999n, max: 99_999n }), fc.integer({ min: -4, max: 4 }))
  fc.assert(
    fc.property(decimal, decimal, ([a, x], [b, y]) => {
      const exact = a * 10n ** BigInt(x + 4) - b * 10n ** BigInt(y + 4)
      const order = compareDecimals(parseDecimal(`${a}e${x}`)!, parseDecimal(`${b}e${y}`)!)
      assert.equal(Math.sign(order), exact < 0n ? -1 : exact > 0n ? 1 : 0)
    }),
  )
})

test('readers of typed values never throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789:.-+/eETZa') }), (text) => {
      parseDecimal(text)
      parseInstant(text)
      parseAddress(text)
    }),
    { numRuns: 2000 },
  )
})

test('an enormous exponent costs nothing', () => {
  assert.equal(holds('NumericLessThan', '1e999999999999', '1e999999999998'), true)
})
