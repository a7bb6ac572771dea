// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the language writes its accesses like that
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExportedValue } from '../value/index.ts'
import { interpolateArgument } from './interpolate-argument.ts'

const zero = { line: 0, column: 0, byte: 0 }
const trace = { def: { environment: '', begin: zero, end: zero } }
const value = (content: ExportedValue['value'], secret = false): ExportedValue => ({
  ...(content === undefined ? {} : { value: content }),
  ...(secret ? { secret: true as const } : {}),
  trace,
})
const root = value({
  plain: value('text'),
  token: value('hunter2', true),
  list: value([value('a'), value('b')]),
  db: value({ password: value('swordfish', true), port: value('1') }),
})
const text = (argument: string) => interpolateArgument(argument, root).text

test('an access is replaced with the text of the value there', () => {
  assert.equal(text('a ${plain} b'), 'a text b')
  assert.equal(text('${list[1]}'), 'b')
  assert.equal(text('${db["port"]}'), '1')
  assert.equal(text('${list}'), '"a","b"')
})

test('a path without a value is empty', () => {
  assert.equal(text('<${nothing.there}>'), '<>')
  assert.equal(text('<${list[7]}${plain.deeper}>'), '<>')
})

test('$${ stands for ${', () => {
  assert.equal(text('$${plain}'), '${plain}')
})

test('an argument that is no interpolation arrives unchanged (S-63)', () => {
  for (const argument of ['$plain', '$$', 'a;b', '$(date)', '*', '${plain', '${list[x]}', '${}x${ }']) {
    assert.equal(text(argument), argument)
  }
})

test('the secrets that went into an argument are told', () => {
  assert.deepEqual(interpolateArgument('${token}', root).secrets, ['hunter2'])
  assert.deepEqual(interpolateArgument('${plain}', root).secrets, [])
  assert.deepEqual(interpolateArgument('${db}', root).secrets, ['swordfish'])
})
