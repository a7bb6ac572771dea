import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PlainValue } from './exported.ts'
import { NumberText } from './number-text.ts'
import { parseJson } from './parse-json.ts'
import { stringifyJson } from './stringify-json.ts'

const errors: readonly (readonly [string, string])[] = [
  ['', 'EOF'],
  [' \t\r\n', 'EOF'],
  ['{', 'unexpected EOF'],
  ['[1,', 'unexpected EOF'],
  ['"a', 'unexpected EOF'],
  ['"\\u12', 'unexpected EOF'],
  ['nul', 'unexpected EOF'],
  ['-', 'unexpected EOF'],
  ['1.', 'unexpected EOF'],
  ['1e', 'unexpected EOF'],
  ['1e+', 'unexpected EOF'],
  ['x', "invalid character 'x' looking for beginning of value"],
  ['\u00a0', "invalid character 'Â' looking for beginning of value"],
  ['[1,]', "invalid character ']' looking for beginning of value"],
  ['{1:2}', "invalid character '1' looking for beginning of object key string"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b"', "invalid character '\"' after object key:value pair"],
  ['[1 2]', "invalid character '2' after array element"],
  ['nux', "invalid character 'x' in literal null (expecting 'l')"],
  ['trae', "invalid character 'a' in literal true (expecting 'u')"],
  ['falsy', "invalid character 'y' in literal false (expecting 'e')"],
  ['-x', "invalid character 'x' in numeric literal"],
  ['1.x', "invalid character 'x' after decimal point in numeric literal"],
  ['1e*', "invalid character '*' in exponent of numeric literal"],
  ['"\\x"', "invalid character 'x' in string escape code"],
  ['"\\u00g0"', "invalid character 'g' in \\u hexadecimal character escape"],
  ['"a\nb"', "invalid character '\\n' in string literal"],
  ['"a\u0001"', "invalid character '\\x01' in string literal"],
  ["'a'", "invalid character '\\'' looking for beginning of value"],
  ['é', "invalid character 'Ã' looking for beginning of value"],
  ['\\', "invalid character '\\\\' looking for beginning of value"],
  ['\udcff', "invalid character 'ÿ' looking for beginning of value"],
]

for (const [text, message] of errors) {
  test(`decoding ${JSON.stringify(text)} says ${message}`, () => {
    assert.throws(() => parseJson(text), { name: 'DecodeError', message })
  })
}

const readings: readonly (readonly [string, string])[] = [
  ['01', '0'],
  ['1x', '1'],
  ['{"a":1}trailing', '{"a":1}'],
  ['[1.10,1E5,-0,18446744073709551616]', '[1.10,1E5,-0,18446744073709551616]'],
  ['{"a":1,"a":2}', '{"a":2}'],
  ['"\\ud800"', '"\ufffd"'],
  ['"\\ud83d\\ude00"', '"😀"'],
  ['"\\ud83d\\u0041"', '"\ufffdA"'],
  ['"a\udcffb"', '"a\ufffdb"'],
  ['"\\/\\b\\f\\n\\r\\t\\"\\\\"', '"/\\b\\f\\n\\r\\t\\"\\\\"'],
  ['{"__proto__":{"polluted":true}}', '{"__proto__":{"polluted":true}}'],
]

for (const [text, again] of readings) {
  test(`${JSON.stringify(text)} reads as ${again}`, () => {
    assert.equal(stringifyJson(parseJson(text)), again)
    assert.equal(({} as { polluted?: unknown }).polluted, undefined)
  })
}

test('containers nest as deeply as they may and no deeper', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  assert.equal(stringifyJson(parseJson(nested(1000))), nested(1000))
  assert.throws(() => parseJson(nested(1001)), { message: 'exceeded max depth of 1000' })
  assert.throws(() => parseJson('{"a":[{}]}', { maxDepth: 2 }), { message: 'exceeded max depth of 2' })
  assert.equal(stringifyJson(parseJson('{"a":[1]}', { maxDepth: 2 })), '{"a":[1]}')
})

test('keys are sorted by bytes, markup and line separators escaped, stray bytes replaced', () => {
  const value = { '\uffff': '<&>', '😀': '\u2028\u2029', a: 'x\udcffy', B: '\x01\x7f' }
  assert.equal(
    stringifyJson(value),
    '{"B":"\\u0001\x7f","a":"x\\ufffdy","\uffff":"\\u003c\\u0026\\u003e","😀":"\\u2028\\u2029"}',
  )
  assert.equal(stringifyJson('<', { escapeHtml: false }), '"<"')
  assert.equal(stringifyJson({ b: null, a: null }, { sortKeys: false }), '{"b":null,"a":null}')
})

test('indented text breaks lines inside containers that hold something', () => {
  assert.equal(
    stringifyJson({ a: [], b: [true, {}] }, { indent: 2 }),
    '{\n  "a": [],\n  "b": [\n    true,\n    {}\n  ]\n}',
  )
})

test('a number that JSON cannot hold is refused', () => {
  assert.throws(() => stringifyJson([new NumberText('+Inf')]), {
    message: 'json: invalid number literal "+Inf"',
  })
})

test('a hundred thousand keys take no time to speak of', () => {
  const text = `{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":${i}`).join(',')}}`
  const start = performance.now()
  assert.equal(stringifyJson(parseJson(text)).length, text.length)
  assert.ok(performance.now() - start < 20_000)
})

const plain = fc.letrec<{ value: PlainValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => new NumberText(JSON.stringify(n))),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(fc.constant('__proto__'), fc.string()), tie('value')), { maxLength: 4 })
      .map((entries) => {
        const record: Record<string, PlainValue> = Object.create(null)
        for (const [key, value] of entries) record[key] = value
        return record
      }),
  ),
})).value

test('every plain value round-trips, compact and indented', () => {
  fc.assert(
    fc.property(plain, (value) => {
      const text = stringifyJson(value)
      assert.equal(stringifyJson(parseJson(text)), text)
      assert.equal(stringifyJson(parseJson(stringifyJson(value, { indent: 2 }))), text)
      assert.deepEqual(JSON.parse(text), JSON.parse(stringifyJson(value, { escapeHtml: false })))
    }),
  )
})

test('decoding any text gives a value or an error of ours', () => {
  const texts = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0nulltre1.e- ') }))
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseJson(text)
      } catch (error) {
        assert.equal((error as Error).name, 'DecodeError')
      }
    }),
  )
})
