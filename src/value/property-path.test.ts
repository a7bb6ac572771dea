import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatPropertyPath, parsePropertyPath } from './property-path.ts'

const paths: readonly (readonly [string, readonly (string | number)[]])[] = [
  ['', []],
  ['a', ['a']],
  ['a.b', ['a', 'b']],
  ['a[0][12]', ['a', 0, 12]],
  ['a["b.c"]', ['a', 'b.c']],
  ['["a\\"b"].c', ['a"b', 'c']],
  ['["a\\\\b"]', ['a\\\\b']],
  ['[""]', ['']],
  ['with-hyphen.a b.a]', ['with-hyphen', 'a b', 'a]']],
  ['a[0]b', ['a', 0, 'b']],
  ['a..b', ['a', 'b']],
  ['a.[0]', ['a', 0]],
  ['a[*]', ['a', '*']],
  ['[-1]', [-1]],
  ['[+1][01]', [1, 1]],
  ['__proto__.constructor', ['__proto__', 'constructor']],
]

for (const [text, path] of paths) {
  test(`the path ${text === '' ? '(empty)' : text} has ${path.length} elements`, () =>
    assert.deepEqual(parsePropertyPath(text), path))
}

const start = 'expected property path to start with a name or index'
const end = 'expected property path to end with a name or index'
const errors: readonly (readonly [string, string])[] = [
  ['.a', start],
  ['.', start],
  ['..', start],
  ['a.', end],
  ['a..', end],
  ['["a', 'missing closing quote in property name'],
  ['["a\\"]', 'missing closing quote in property name'],
  ['["a"', 'missing closing bracket in property access'],
  ['["a"b]', 'missing closing bracket in property access'],
  ['a[', 'missing closing bracket in array index'],
  ['a[1', 'missing closing bracket in array index'],
  ['a[]', 'invalid array index: strconv.ParseInt: parsing "": invalid syntax'],
  ['a[b"c]', 'invalid array index: strconv.ParseInt: parsing "b\\"c": invalid syntax'],
  ['a[1.5]', 'invalid array index: strconv.ParseInt: parsing "1.5": invalid syntax'],
  [
    'a[9223372036854775808]',
    'invalid array index: strconv.ParseInt: parsing "9223372036854775808": value out of range',
  ],
]

for (const [text, message] of errors) {
  test(`the path ${text} is refused: ${message}`, () =>
    assert.throws(() => parsePropertyPath(text), { code: 'PATH_INVALID', message }))
}

test('a path prints with dots for names, brackets for the rest', () => {
  assert.equal(formatPropertyPath(['values', 'a-b', 0, 'c', 'd"e']), 'values["a-b"][0].c["d\\"e"]')
  assert.equal(formatPropertyPath(['0']), '["0"]')
})

test('what was printed reads back', () => {
  const name = fc.string().filter((text) => !text.includes('\\') && text !== '*')
  fc.assert(
    fc.property(fc.array(fc.oneof(name, fc.constant('__proto__'), fc.nat())), (path) =>
      assert.deepEqual(parsePropertyPath(formatPropertyPath(path)), path),
    ),
  )
})
