import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { unifiedDiff } from './unified-diff.ts'

const diff = (from: string, to: string) => unifiedDiff({ from: 'a@1', to: 'a@2' }, from, to)
const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join('')

test('equal texts have no diff', () => {
  assert.equal(diff('a\n', 'a\n'), '')
  assert.equal(diff('', ''), '')
})

test('a change shows three lines around it, removals first', () => {
  const from = lines('1', '2', '3', '4', '5', '6', '7', '8', '9')
  const to = lines('1', '2', '3', '4', 'five', 'FIVE', '6', '7', '8', '9')
  assert.equal(
    diff(from, to),
    lines(
      '--- a@1',
      '+++ a@2',
      '@@ -2,7 +2,8 @@',
      ' 2',
      ' 3',
      ' 4',
      '-5',
      '+five',
      '+FIVE',
      ' 6',
      ' 7',
      ' 8',
    ),
  )
})

test('an empty text starts at line 1, and a count of 0 or 1 is left out', () => {
  assert.equal(diff('', 'a\nb\n'), lines('--- a@1', '+++ a@2', '@@ -1 +1,2 @@', '+a', '+b'))
  assert.equal(diff('a\nb\n', ''), lines('--- a@1', '+++ a@2', '@@ -1,2 +1 @@', '-a', '-b'))
  assert.equal(diff('a\n', 'b\n'), lines('--- a@1', '+++ a@2', '@@ -1 +1 @@', '-a', '+b'))
})

test('a last line without an end is marked', () => {
  const none = '\\ No newline at end of file'
  assert.equal(diff('a', 'a\n'), lines('--- a@1', '+++ a@2', '@@ -1 +1 @@', '-a', none, '+a'))
  assert.equal(diff('x\na', 'y\na'), lines('--- a@1', '+++ a@2', '@@ -1,2 +1,2 @@', '-x', '+y', ' a', none))
})

test('changes more than six lines apart are hunks of their own', () => {
  const middle = ['1', '2', '3', '4', '5', '6', '7']
  const far = diff(lines('a', ...middle, 'b'), lines('A', ...middle, 'B'))
  assert.equal(far.match(/^@@/gm)?.length, 2)
  const near = diff(lines('a', ...middle.slice(1), 'b'), lines('A', ...middle.slice(1), 'B'))
  assert.equal(near.match(/^@@/gm)?.length, 1)
})

test('a diff applied to the first text gives the second', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 40 })
  fc.assert(
    fc.property(text, text, (from, to) => {
      assert.equal(apply(from, diff(from, to)), to)
    }),
  )
})

/** What `patch` does, strictly: every kept and removed line must stand where the hunk says. */
function apply(from: string, patch: string): string {
  if (patch === '') return from
  const source = from.match(/[^\n]*\n|[^\n]+$/g) ?? []
  const out: string[] = []
  let at = 0
  for (const hunk of patch.split(/^(?=@@)/m).slice(1)) {
    const start = Number(/^@@ -(\d+)/.exec(hunk)?.[1])
    while (at < start - 1) out.push(source[at++] ?? '')
    const edits = hunk.split('\n').slice(1, -1)
    for (const [index, edit] of edits.entries()) {
      if (edit.startsWith('\\')) continue
      const line = edit.slice(1) + (edits[index + 1]?.startsWith('\\') ? '' : '\n')
      if (edit[0] === '+') out.push(line)
      else {
        assert.equal(source[at], line)
        at += 1
        if (edit[0] === ' ') out.push(line)
      }
    }
  }
  return [...out, ...source.slice(at)].join('')
}
