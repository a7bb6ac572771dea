import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileGlob, globPieces } from './glob.ts'

const matches = (pattern: string, text: string): boolean => compileGlob(globPieces(pattern)).test(text)

// The definition itself, exponential and obviously right.
function naive(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  const [first] = pattern
  if (first === '*') {
    return naive(pattern.slice(1), text) || (text !== '' && naive(pattern, text.slice(1)))
  }
  return text !== '' && (first === '?' || first === text[0]) && naive(pattern.slice(1), text.slice(1))
}

test('a pattern agrees with the definition of a glob', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 9 })
  fc.assert(
    fc.property(pattern, text, (p, t) => assert.equal(matches(p, t), naive(p, t))),
    { numRuns: 3000 },
  )
})

test('a question mark is one UTF-16 unit, so an emoji needs two', () => {
  assert.equal(matches('a?', 'a😀'), false)
  assert.equal(matches('a??', 'a😀'), true)
})

test('a piece of text is literal even when it holds wildcards', () => {
  assert.equal(compileGlob(['a*']).test('ab'), false)
  assert.equal(compileGlob(['a*']).test('a*'), true)
})

test('the text before and after the star may not overlap', () => {
  assert.equal(matches('aba*aba', 'aba'), false)
  assert.equal(matches('aba*aba', 'ababa'), false)
  assert.equal(matches('aba*aba', 'abaaba'), true)
})

test('forty stars against a long text that does not fit take no time', () => {
  const text = 'a'.repeat(20_000)
  const started = performance.now()
  assert.equal(matches(`${'*a'.repeat(40)}b`, text), false)
  assert.equal(matches(`${'*a?'.repeat(40)}b`, text), false)
  assert.ok(performance.now() - started < 500)
})
