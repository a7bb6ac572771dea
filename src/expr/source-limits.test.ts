import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadDefinition, type SourceLimits } from './index.ts'
import { defaultSourceLimits, sourceLimitsFrom } from './source-limits.ts'

/** Each row: a bound, a text that uses exactly `n` of it, and what is said about one more. */
const rows: readonly (readonly [keyof SourceLimits, number, (n: number) => string, string])[] = [
  ['sourceBytes', 60, (n) => `values: {a: 1} #${'x'.repeat(n - 16)}`, '61 bytes in a definition (limit 60)'],
  ['lineBytes', 40, (n) => `values:\n  a: ${'x'.repeat(n - 5)}\n`, '41 bytes in a line at line 2 (limit 40)'],
  [
    'scalarBytes',
    30,
    (n) => `values: {a: "${'é'.repeat(10)}${'x'.repeat(n - 20)}"}`,
    '31 bytes in a scalar at line 1 (limit 30)',
  ],
  [
    'mapKeys',
    12,
    (n) => `values: {${Array.from({ length: n }, (_, i) => `k${i}: 1`).join(', ')}}`,
    '13 keys in one map at line 1 (limit 12)',
  ],
  [
    'anchors',
    4,
    (n) => `values: [${Array.from({ length: n }, (_, i) => `&a${i} 1`).join(', ')}]`,
    '5 anchors at line 1 (limit 4)',
  ],
]

for (const [limit, n, text, says] of rows) {
  test(`S-42: ${limit} may be reached and not passed`, () => {
    const load = (count: number) =>
      loadDefinition('env', Buffer.from(text(count)), { limits: { [limit]: n } })
    assert.ok(!JSON.stringify(load(n).diagnostics).includes('limit_exceeded'))
    const { definition, diagnostics } = load(n + 1)
    assert.equal(definition, null)
    assert.deepEqual(
      diagnostics.map(({ summary }) => summary),
      [`limit_exceeded: ${says}`],
    )
  })
}

test('S-42: huge texts are refused at once, whatever they are', () => {
  const bombs = [
    'x'.repeat(10_000_000),
    `values:\n${Array.from({ length: 100_000 }, (_, i) => `  k${i}: 1\n`).join('')}`,
    `values: {a: ${'['.repeat(5000)}}`,
    `values: {${Array.from({ length: 9000 }, (_, i) => `k${i}: 1`).join(', ')}}`,
  ]
  for (const bomb of bombs) {
    const start = performance.now()
    const { definition, diagnostics } = loadDefinition('env', Buffer.from(bomb))
    assert.equal(definition, null)
    assert.match(diagnostics[0]!.summary, /limit_exceeded|max depth/)
    assert.ok(performance.now() - start < 5000)
  }
})

test('S-42: a bound of a text may be lowered freely and raised only to its ceiling', () => {
  assert.deepEqual(sourceLimitsFrom(), defaultSourceLimits)
  assert.equal(sourceLimitsFrom({ sourceBytes: 10 }).sourceBytes, 10)
  assert.equal(sourceLimitsFrom({ sourceBytes: 1e9, mapKeys: 1e9 }).sourceBytes, 1024 * 1024)
  assert.equal(sourceLimitsFrom({ mapKeys: 1e9 }).mapKeys, 20_000)
})
