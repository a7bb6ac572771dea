import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Redactor } from './redact.ts'

function redact(secrets: readonly string[], chunks: readonly (string | Uint8Array)[]): string {
  const out: Uint8Array[] = []
  const redactor = new Redactor(secrets, (bytes) => out.push(bytes))
  for (const chunk of chunks) redactor.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  redactor.flush()
  return Buffer.concat(out).toString('latin1')
}

test('a secret is replaced wherever it stands in a line', () => {
  assert.equal(redact(['hunter2'], ['a hunter2 b hunter2\nhunter2x\n']), 'a [secret] b [secret]\n[secret]x\n')
})

test('a secret that arrives in two pieces is still found', () => {
  assert.equal(redact(['hunter2'], ['hun', 'ter', '2\n']), '[secret]\n')
})

test('an unfinished last line is filtered when the program ends', () => {
  assert.equal(redact(['hunter2'], ['x\nhunter2']), 'x\n[secret]')
})

test('a finished line is handed on at once, an unfinished one held', () => {
  const out: string[] = []
  const redactor = new Redactor(['hunter2'], (bytes) => out.push(Buffer.from(bytes).toString()))
  redactor.push(Buffer.from('one\ntwo'))
  assert.deepEqual(out, ['one\n'])
  redactor.flush()
  assert.deepEqual(out, ['one\n', 'two'])
})

test('where secrets overlap, the one that ends first wins', () => {
  assert.equal(redact(['abcdef', 'bcd'], ['abcdef\n']), 'a[secret]ef\n')
  assert.equal(redact(['abcd', 'bcd'], ['abcd\n']), '[secret]\n')
})

test('secrets shorter than three bytes are left alone', () => {
  assert.equal(redact(['ab', ''], ['ab abc\n']), 'ab abc\n')
})

test('a secret over several lines is not looked for across them', () => {
  assert.equal(redact(['one\ntwo'], ['one\ntwo\n']), 'one\ntwo\n')
})

test('bytes that are no text pass unchanged', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, at) => at)
  assert.equal(redact(['hunter2'], [bytes]), Buffer.from(bytes).toString('latin1'))
})

test('however a text is cut into pieces, the result is the same, and no secret is left in a line', () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\n') })
  fc.assert(
    fc.property(
      fc.array(line),
      fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 3, maxLength: 5 })),
      (chunks, secrets) => {
        const whole = redact(secrets, [chunks.join('')])
        assert.equal(redact(secrets, chunks), whole)
        for (const secret of secrets) assert.ok(!whole.replaceAll('[secret]', '|').includes(secret))
      },
    ),
  )
})
