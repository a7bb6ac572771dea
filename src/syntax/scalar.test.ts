import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { assertLinear } from '../../tests/growth.ts'
import { resolvePlain, resolveScalar } from './scalar.ts'
import type { ScalarStyle, YamlScalar } from './yaml-node.ts'

const scalar = (value: string, tag = '', style: ScalarStyle = 'plain'): YamlScalar => ({
  kind: 'scalar',
  value,
  tag,
  style,
  anchor: '',
  comments: { head: '', line: '', foot: '' },
  at: null,
})

const numbers: readonly (readonly [text: string, number: string])[] = [
  ['0', '0'],
  ['-0', '0'],
  ['+5', '5'],
  ['1_000', '1000'],
  ['1_', '1'],
  ['014', '12'],
  ['-014', '-12'],
  ['0o14', '12'],
  ['0O14', '12'],
  ['0x10', '16'],
  ['-0XfF', '-255'],
  ['0b101', '5'],
  ['0x_ff', '255'],
  ['08', '8'],
  ['0899', '899'],
  ['9223372036854775807', '9223372036854775807'],
  ['-9223372036854775808', '-9223372036854775808'],
  ['18446744073709551615', '18446744073709551615'],
  ['0xffffffffffffffff', '18446744073709551615'],
  ['+18446744073709551615', '1.8446744073709552e+19'],
  ['18446744073709551616', '1.8446744073709552e+19'],
  ['-9223372036854775809', '-9.223372036854776e+18'],
  ['1.0', '1'],
  ['1.', '1'],
  ['.5', '0.5'],
  ['.5_0', '0.5'],
  ['+.5', '0.5'],
  ['-0.0', '-0'],
  ['3.14', '3.14'],
  ['1e3', '1000'],
  ['1E+3', '1000'],
  ['100000.0', '100000'],
  ['1000000', '1000000'],
  ['1000000.0', '1e+06'],
  ['1234567.5', '1.2345675e+06'],
  ['0.0001', '0.0001'],
  ['0.00001', '1e-05'],
  ['1_0.5', '10.5'],
  ['.inf', '+Inf'],
  ['+.INF', '+Inf'],
  ['-.Inf', '-Inf'],
  ['.nan', 'NaN'],
]

for (const [text, number] of numbers) {
  test(`plain \`${text}\` is the number ${number}`, () => {
    assert.deepEqual(resolvePlain(text), { kind: 'number', text: number })
  })
}

for (const text of ['', '~', 'null', 'Null', 'NULL']) {
  test(`plain \`${text}\` is null`, () => assert.equal(resolvePlain(text).kind, 'null'))
}

for (const text of ['true', 'True', 'TRUE', 'false', 'False', 'FALSE']) {
  test(`plain \`${text}\` is a boolean`, () => {
    assert.deepEqual(resolvePlain(text), { kind: 'boolean', value: text.toLowerCase() === 'true' })
  })
}

const strings = [
  'yes,no,on,off,y,n,nULL,tRUE,<<,_1,+,-,.,..,1.2.3,0x,0b2,0o8,1e,1e400,.5e400,-1e400,._5,.5__0,0x1p3,+-1,1a,Infinity',
  '.Nan,2001-01-01,2001-12-14t21:59:43.10-05:00,12:30:45,1:30',
].flatMap((list) => list.split(','))

for (const text of strings) {
  test(`plain \`${text}\` is a string`, () => {
    assert.deepEqual(resolvePlain(text), { kind: 'string', value: text })
  })
}

for (const style of ['single', 'double', 'literal', 'folded'] as const) {
  test(`${style} text is a string whatever it says`, () => {
    for (const tag of ['', '!', '!!str', '!foo']) {
      assert.deepEqual(resolveScalar(scalar('1', tag, style)), { kind: 'string', value: '1' })
    }
  })
}

const tagged: readonly (readonly [tag: string, text: string, result: string])[] = [
  ['!', '1', 'number 1'],
  ['!!str', '1', 'string 1'],
  ['!foo', '1', 'string 1'],
  ['!!set', '1', 'string 1'],
  ['!!int', '0x10', 'number 16'],
  ['!!float', '1.50', 'number 1.5'],
  ['!!float', '5', 'number 5'],
  ['!!bool', 'true', 'boolean true'],
  ['!!null', '', 'null'],
  ['!!timestamp', '2001-01-01', 'string 2001-01-01'],
  ['!!timestamp', '2001-1-1 1:2:3.4', 'string 2001-1-1 1:2:3.4'],
  ['!!timestamp', '2000-02-29T1:2:3Z', 'string 2000-02-29T1:2:3Z'],
  ['!!timestamp', '2001-02-29', 'yaml: cannot decode !!str `2001-02-29` as a !!timestamp'],
  ['!!timestamp', '2001-01-01 24:00:00', 'yaml: cannot decode !!str `2001-01-01 24:00:00` as a !!timestamp'],
  ['!!timestamp', '5', 'yaml: cannot decode !!int `5` as a !!timestamp'],
  ['!!int', '1.5', 'yaml: cannot decode !!float `1.5` as a !!int'],
  ['!!int', '', 'yaml: cannot decode !!null `` as a !!int'],
  ['!!int', '2001-01-01', 'yaml: cannot decode !!str `2001-01-01` as a !!int'],
  ['!!bool', 'yes', 'yaml: cannot decode !!str `yes` as a !!bool'],
  ['!!null', 'x', 'yaml: cannot decode !!str `x` as a !!null'],
  ['!!float', 'true', 'yaml: cannot decode !!bool `true` as a !!float'],
  ['!!binary', 'aGk=', 'string aGk='],
  ['!!binary', 'aGk=\naGk=', 'yaml: !!binary value contains invalid base64 data'],
  ['!!binary', 'aG\nk=', 'string aG\nk='],
  ['!!binary', 'aGk', 'yaml: !!binary value contains invalid base64 data'],
]

for (const [tag, text, result] of tagged) {
  test(`${tag} ${JSON.stringify(text)} gives ${result}`, () => {
    const value = resolveScalar(scalar(text, tag))
    const shown =
      value.kind === 'problem' ? value.message : `${value.kind} ${Object.values(value)[1] ?? ''}`.trim()
    assert.equal(shown, result)
  })
}

test('a core tag on quoted text decides, not the quotes', () => {
  assert.deepEqual(resolveScalar(scalar('3', '!!int', 'double')), { kind: 'number', text: '3' })
})

test('doubles survive being written and read', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
      const value = resolvePlain(
        `${double}`.includes('e') || `${double}`.includes('.') ? `${double}` : `${double}.0`,
      )
      assert.ok(value.kind === 'number' && Object.is(Number(value.text), double || 0))
    }),
  )
})

test('resolving never throws and takes linear time', () => {
  fc.assert(fc.property(fc.string(), (text) => void resolvePlain(text)))
  for (const text of [
    (n: number) => `0${'_'.repeat(n)}`,
    (n: number) => `1${'0'.repeat(n)}`,
    (n: number) => `.${'1_'.repeat(n / 2)}`,
    (n: number) => `+${'7'.repeat(n)}x`,
  ]) {
    assertLinear(text, resolvePlain, 60_000)
  }
})
