import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileGlob, globPieces } from '../glob.ts'
import { automatonOf, TooManyStates } from './automaton.ts'
import { anyText, either, noText, ofPieces, oneOf, oneOrMore, sequence, text } from './expression.ts'
import {
  accepts,
  complement,
  finiteTexts,
  intersect,
  isEmpty,
  isSubset,
  shortest,
  subtract,
  unite,
} from './operations.ts'

const glob = (pattern: string) => automatonOf(ofPieces(globPieces(pattern)))
const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 7 })
const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 })

test('an automaton accepts what its pattern matches', () => {
  fc.assert(
    fc.property(patterns, texts, (pattern, value) => {
      assert.equal(accepts(glob(pattern), value), compileGlob(globPieces(pattern)).test(value))
    }),
    { numRuns: 2000 },
  )
})

test('intersection, union, difference and complement are those of sets', () => {
  fc.assert(
    fc.property(patterns, patterns, texts, (p, q, value) => {
      const [a, b] = [glob(p), glob(q)]
      const [x, y] = [accepts(a, value), accepts(b, value)]
      assert.equal(accepts(intersect(a, b), value), x && y)
      assert.equal(accepts(unite(a, b), value), x || y)
      assert.equal(accepts(subtract(a, b), value), x && !y)
      assert.equal(accepts(complement(a), value), !x)
    }),
    { numRuns: 1000 },
  )
})

test('a shortest witness is accepted and nothing shorter is', () => {
  fc.assert(
    fc.property(patterns, patterns, (p, q) => {
      const both = intersect(glob(p), complement(glob(q)))
      const witness = shortest(both)
      assert.equal(isEmpty(both), witness === null)
      if (witness === null) return
      assert.ok(compileGlob(globPieces(p)).test(witness) && !compileGlob(globPieces(q)).test(witness))
      if (witness.length > 0) {
        const shorter = automatonOf(ofPieces(globPieces('?'.repeat(witness.length - 1))))
        assert.ok(isEmpty(intersect(both, shorter)))
      }
    }),
    { numRuns: 500 },
  )
})

test('a text fits no shorter pattern: subsets are decided, not guessed', () => {
  assert.ok(isSubset(glob('repo:acme/app:*'), glob('repo:acme/*')))
  assert.ok(!isSubset(glob('repo:acme*'), glob('repo:acme/*')))
  assert.equal(shortest(subtract(glob('repo:acme*'), glob('repo:acme/*'))), 'repo:acme')
})

test('expressions compose', () => {
  const name = oneOrMore(oneOf('a-z0-9-'))
  const machine = automatonOf(sequence(text('env:'), either(name, sequence(name, text('/'), name))))
  assert.ok(accepts(machine, 'env:a/b-9'))
  assert.ok(!accepts(machine, 'env:a/'))
  assert.ok(!accepts(machine, 'env:A'))
  assert.ok(isEmpty(automatonOf(noText)))
  assert.equal(shortest(automatonOf(anyText)), '')
})

test('finite languages are listed, infinite ones are not', () => {
  assert.deepEqual(finiteTexts(automatonOf(either(text('a'), text('bc'))), 10), ['a', 'bc'])
  assert.equal(finiteTexts(glob('a*'), 10), null)
  assert.equal(finiteTexts(glob('?'), 10), null)
})

test('a pattern that needs a state for every subset is given up, not waited for', () => {
  const started = performance.now()
  assert.throws(() => glob(`*a${'?'.repeat(30)}`), TooManyStates)
  assert.ok(performance.now() - started < 20_000)
})

test('a long ordinary pattern is quick', () => {
  const started = performance.now()
  const machine = glob(`*${'repo:acme/service-'.repeat(12)}*:environment:*`)
  assert.ok(machine.edges.length < 1500)
  assert.ok(performance.now() - started < 2000)
})
