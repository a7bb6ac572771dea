import assert from 'node:assert/strict'
import { test } from 'node:test'
import { didYouMean, editDistance, nearest } from './edit-distance.ts'

test('the distance is over bytes, without underscores and case', () => {
  assert.equal(editDistance('kitten', 'sitting'), 3)
  assert.equal(editDistance('Foo_Bar', 'foobar'), 0)
  assert.equal(editDistance('é', 'e'), 2)
  assert.equal(editDistance('', 'abc'), 3)
})

test('the nearest candidate must be closer than half of the name', () => {
  assert.equal(nearest('foo', ['fob', 'foo']), 'foo')
  assert.equal(nearest('foo', ['fzz']), '')
  assert.equal(nearest('foo', ['foz']), 'foz')
  assert.equal(nearest('ab', ['ac']), '')
  assert.equal(nearest('', ['a']), '')
})

test('of equally near candidates the first wins', () => {
  assert.equal(nearest('test', ['tess', 'text']), 'tess')
})

test('a suggestion is quoted, and absent when there is none', () => {
  assert.equal(didYouMean('colour', ['color', 'size']), '; did you mean "color"?')
  assert.equal(didYouMean('x', ['color']), '')
})

test('huge names and many candidates take no time to speak of', () => {
  const start = performance.now()
  assert.equal(nearest('x'.repeat(1_000_000), ['x'.repeat(999_999)]), '')
  nearest(
    'x'.repeat(200),
    Array.from({ length: 100_000 }, (_, i) => `${'y'.repeat(190)}${i}`),
  )
  assert.ok(performance.now() - start < 20_000)
})
