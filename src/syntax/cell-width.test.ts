import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { assertLinear } from '../../tests/growth.ts'
import { cellWidth, displayWidth, graphemes } from './cell-width.ts'

// The language specification, §2.4.
const widths: readonly (readonly [cluster: string, width: number, what: string])[] = [
  ['a', 1, 'a letter'],
  ['\t', 0, 'a control'],
  ['\u00ad', 0, 'a soft hyphen'],
  ['\u200b', 0, 'a zero width space'],
  ['\u200d', 0, 'a joiner'],
  ['\u200e', 0, 'a direction mark'],
  ['\ufeff', 0, 'a byte order mark'],
  ['e\u0301', 1, 'a letter with a combining mark'],
  ['\u0301', 0, 'a combining mark alone'],
  ['世', 2, 'a wide character'],
  ['Ａ', 2, 'a fullwidth letter'],
  ['ｱ', 1, 'a halfwidth letter'],
  ['¡', 1, 'an ambiguous character'],
  ['\u2e3a', 3, 'a two-em dash'],
  ['\u2e3b', 4, 'a three-em dash'],
  ['\u3030', 1, 'a wide pictograph that is text by default'],
  ['\u3297', 1, 'another'],
  ['☎', 1, 'a pictograph that is text by default'],
  ['®', 1, 'a registered sign'],
  ['⌚', 2, 'a pictograph that is an emoji by default'],
  ['😀', 2, 'an emoji'],
  ['☎\ufe0f', 2, 'a pictograph asked to be an emoji'],
  ['⌚\ufe0e', 1, 'an emoji asked to be text'],
  ['#\ufe0f', 2, 'a sign asked to be an emoji'],
  ['1\ufe0f\u20e3', 2, 'a keycap'],
  ['👩‍👩‍👧', 2, 'a joined family'],
  ['👍🏽', 2, 'a skin tone'],
  ['🇨🇭', 2, 'a flag'],
  ['🇨', 2, 'half a flag'],
  ['한', 2, 'a Hangul syllable'],
  ['\u3164', 2, 'a Hangul filler, which is a wide letter'],
  ['\u1112\u1161\u11ab', 2, 'a syllable in parts'],
  ['𐀀', 1, 'a character beyond the basic plane'],
]

for (const [cluster, width, what] of widths) {
  test(`${what} has the width ${width}`, () => assert.equal(cellWidth(cluster), width))
}

test('a conjunct is two clusters', () => {
  assert.deepEqual([...graphemes('क्ष')], ['क्', 'ष'])
})

test('clusters are those of the segmenter, conjuncts apart', () => {
  const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
  const part = fc.constantFrom(
    'a',
    'é',
    'e\u0301',
    '世',
    'か',
    '\u3099',
    'ᄒ',
    'ᅡ',
    '한',
    '👩',
    '\u200d',
    '🏽',
    '🇨',
    '\ufe0f',
    '\r',
    '\n',
    '\t',
    'Ж',
    'ω',
    '\u0600',
  )
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const text = parts.join('')
      assert.deepEqual(
        [...graphemes(text)],
        Array.from(segmenter.segment(text), ({ segment }) => segment),
      )
    }),
    { numRuns: 1000 },
  )
})

test('a text has the width of its clusters', () => {
  assert.equal(displayWidth('plain text'), 10)
  assert.equal(displayWidth('a世👍🏽e\u0301'), 6)
  assert.equal(displayWidth(''), 0)
})

test('the time for clusters of many marks grows with their number', () => {
  assert.equal(displayWidth(`e${'\u0301'.repeat(100_000)}`), 1)
  assert.equal(displayWidth(`${'क्'.repeat(100_000)}ष`), 100_001)
  assertLinear((n) => `e${'\u0301'.repeat(n)}`, displayWidth, 100_000)
  assertLinear((n) => `${'क्'.repeat(n)}ष`, displayWidth, 100_000)
})
