// A bound holds whatever stands in its way: the same bound in every shape that a text can give it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeEnvelope } from '../crypto/envelope.ts'
import { loadDefinition } from './index.ts'

const times = (n: number, make: (i: number) => string) =>
  Array.from({ length: n }, (_, i) => make(i)).join('')
const list = (n: number, make: (i: number) => string) =>
  Array.from({ length: n }, (_, i) => make(i)).join(', ')

/** A text of `n` bytes over lines of a thousand, behind `indent`. */
function folded(n: number, indent: string): string {
  const whole = Math.floor(n / 1000)
  const rest = n - whole * 1000
  return `${times(whole, () => `${indent}${'x'.repeat(999)}\n`)}${rest === 0 ? '' : `${indent}${'y'.repeat(rest)}\n`}`
}

/** Each row: where the bound is met, as much as is allowed, a text with exactly `n`, and what is said about one more. */
const shapes: Record<string, readonly [n: number, text: (n: number) => string, says: RegExp]> = {
  'a plain scalar': [
    65_536,
    (n) => `values:\n  a:\n    ${'x'.repeat(30_000)}\n    ${'y'.repeat(n - 30_001)}\n`,
    /65,537 bytes in a scalar/,
  ],
  'a quoted scalar': [
    65_536,
    (n) => `values:\n  a:\n    "${'x'.repeat(30_000)}\n    ${'y'.repeat(n - 30_001)}"\n`,
    /65,537 bytes in a scalar/,
  ],
  'a block scalar': [65_536, (n) => `values:\n  a: |-\n${folded(n, '    ')}`, /65,537 bytes in a scalar/],
  'a folded scalar': [65_536, (n) => `values:\n  a: >-\n${folded(n, '    ')}`, /65,537 bytes in a scalar/],
  'a scalar of wide characters': [
    65_536,
    (n) => `values:\n  a: |-\n    ${'世'.repeat(20_000)}\n    ${'x'.repeat(n - 60_001)}\n`,
    /65,537 bytes in a scalar/,
  ],
  'a scalar of escapes': [
    65_536,
    (n) => `values:\n  a: "${'\\x41\\\n    '.repeat(5000)}${'x'.repeat(n - 5000)}"\n`,
    /65,537 bytes in a scalar/,
  ],
  'a scalar as a key': [
    65_536,
    (n) => `values:\n  ? |-\n${folded(n, '    ')}  : 1\n`,
    /65,537 bytes in a scalar/,
  ],
  'a scalar behind an unknown field': [
    65_536,
    (n) => `values: {a: 1}\nmore: |-\n${folded(n, '  ')}`,
    /65,537 bytes in a scalar/,
  ],
  'a scalar of a custom tag': [
    65_536,
    (n) => `values:\n  a: !x |-\n${folded(n, '    ')}`,
    /65,537 bytes in a scalar/,
  ],
  'a plaintext secret': [
    65_536,
    (n) => `values:\n  a:\n    fn::secret: |-\n${folded(n, '      ')}`,
    /65,537 bytes in a scalar/,
  ],
  'a description': [
    65_536,
    (n) => `description: |-\n${folded(n, '  ')}values: {a: 1}\n`,
    /65,537 bytes in a scalar/,
  ],
  'an import’s name': [65_536, (n) => `imports:\n- |-\n${folded(n, '  ')}`, /65,537 bytes in a scalar/],
  'keys of a block map': [5000, (n) => `values:\n  a:\n${times(n, (i) => `    k${i}: 1\n`)}`, /5,001 keys/],
  'keys of a flow map': [5000, (n) => `values:\n  a: {${list(n, (i) => `k${i}: 1`)}}\n`, /5,001 keys/],
  'keys of `values`': [5000, (n) => `values:\n${times(n, (i) => `  k${i}: 1\n`)}`, /5,001 keys/],
  'keys of the document': [5000, (n) => `values: {a: 1}\n${times(n - 1, (i) => `k${i}: 1\n`)}`, /5,001 keys/],
  'keys of a call’s argument': [
    5000,
    (n) => `values:\n  a:\n    fn::open::test:\n${times(n, (i) => `      k${i}: 1\n`)}`,
    /5,001 keys/,
  ],
  'keys of a map in a list': [
    5000,
    (n) => `values:\n  a:\n  - {${list(n, (i) => `k${i}: 1`)}}\n`,
    /5,001 keys/,
  ],
  'one key as often': [5000, (n) => `values:\n  a: {${list(n, () => 'k: 1')}}\n`, /5,001 keys/],
  'keys without values': [5000, (n) => `values:\n  a: {${list(n, (i) => `k${i}`)}}\n`, /5,001 keys/],
  'anchors of scalars': [1000, (n) => `values:\n  a: [${list(n, (i) => `&a${i} 1`)}]\n`, /1,001 anchors/],
  'anchors of keys': [1000, (n) => `values:\n  a: {${list(n, (i) => `&a${i} k${i}: 1`)}}\n`, /1,001 anchors/],
  'anchors of maps': [1000, (n) => `values:\n  a: [${list(n, (i) => `&a${i} {}`)}]\n`, /1,001 anchors/],
  'one anchor as often': [1000, (n) => `values:\n  a: [${list(n, () => '&a 1')}]\n`, /1,001 anchors/],
  'anchors of nothing': [1000, (n) => `values:\n  a:\n${times(n, (i) => `  - &a${i}\n`)}`, /1,001 anchors/],
  'flow lists in one another': [
    128,
    (n) => `values:\n  a: ${'['.repeat(n - 2)}${']'.repeat(n - 2)}\n`,
    /max depth of 128/,
  ],
  'flow lists over lines': [
    128,
    (n) => `values:\n  a:\n${times(n - 2, () => '   [\n')}${times(n - 2, () => '   ]\n')}`,
    /max depth of 128/,
  ],
  'flow maps in one another': [
    128,
    (n) => `values:\n  a: ${'{a: '.repeat(n - 2)}1${'}'.repeat(n - 2)}\n`,
    /max depth of 128/,
  ],
  'single pairs in lists': [
    128,
    (n) => `values:\n  a: ${'[a: '.repeat(n - 2)}1${']'.repeat(n - 2)}\n`,
    /max depth of 128/,
  ],
  'block lists on one line': [128, (n) => `values:\n  a:\n    ${'- '.repeat(n - 2)}1\n`, /max depth of 128/],
  'block maps in one another': [
    128,
    (n) => `values:\n${times(n - 1, (i) => `${' '.repeat(i + 1)}a:\n`)}`,
    /max depth of 128/,
  ],
  'explicit keys in one another': [
    128,
    (n) => `values:\n  ${'? '.repeat(n - 1)}a\n`,
    /max depth of 128|mapping keys must be strings/,
  ],
  'calls in one another': [
    128,
    (n) => `values:\n  a: ${'{fn::toJSON: '.repeat(n - 2)}1${'}'.repeat(n - 2)}\n`,
    /max depth of 128/,
  ],
  'nodes behind an unknown field': [
    19_998,
    (n) => `values: {a: 1}\nmore:\n${times(n - 2, () => '- 1\n')}`,
    /20,001 nodes at line 19999/,
  ],
  'nodes of imports': [19_998, (n) => `imports:\n${times(n - 1, () => '- 1\n')}`, /20,001 nodes/],
}

for (const [shape, [n, text, says]] of Object.entries(shapes)) {
  test(`S-42: ${shape} may reach the bound and not pass it`, () => {
    const found = (count: number) =>
      loadDefinition('env', Buffer.from(text(count))).diagnostics.map(({ summary }) => summary)
    const limits = (summaries: readonly string[]) =>
      summaries.filter((each) => /limit_exceeded|max depth/.test(each))
    assert.deepEqual(limits(found(n)), [])
    assert.match(found(n + 1).join('\n'), says)
  })
}

/** A text whose secret, of `n` bytes, is sealed. */
const sealed = (n: number) => `fn::secret: {ciphertext: ${encodeEnvelope(new Uint8Array(n + 100))}}\n`

test('S-42: what sealing adds to a text counts for no bound', () => {
  const loads = (text: string) =>
    loadDefinition('env', Buffer.from(text)).diagnostics.map(({ summary }) => summary)
  assert.deepEqual(loads(`values:\n  a:\n    ${sealed(65_536)}`), [])
  assert.deepEqual(loads(`values:\n${times(60, (i) => `  a${i}:\n    ${sealed(4000)}`)}`), [])
  // What stands beside it counts, and the ceilings hold for all.
  assert.match(loads(`values:\n  a:\n    ${sealed(70_000)}`).join(), /9\d,\d{3} bytes in a scalar/)
  assert.match(
    loads(`values:\n  a:\n    ${sealed(65_536)}  b: ${'x'.repeat(65_540)}\n`).join(),
    /65,545 bytes in a line at line 4/,
  )
  assert.match(
    loads(`values:\n  a:\n    fn::secret: {text: ${'A'.repeat(66_000)}}\n`).join(),
    /bytes in a line/,
  )
  assert.match(
    loads(`values:\n${times(12, (i) => `  a${i}:\n    ${sealed(65_536)}`)}`).join(),
    /1,\d{3},\d{3} bytes in a definition \(limit 262,144\)/,
  )
})
