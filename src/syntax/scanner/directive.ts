import { DOT, HASH, isBlank, isBreakOrEnd, isDigit, isSpaceOrEnd, isWord } from './characters.ts'
import type { Cursor, Mark } from './cursor.ts'
import { YamlProblem } from './problem.ts'
import { scanTagHandle, scanTagUri } from './tag.ts'
import { type Token, textToken } from './token.ts'

/** Reads a `%YAML` or `%TAG` line: the version in `value`, or a handle in `value` and its prefix in `suffix`. */
export function scanDirective(cursor: Cursor): Token {
  const start = cursor.mark()
  const fail = (problem: string) => new YamlProblem('scanner', problem, start, cursor.mark())
  cursor.skip()
  const name = scanName(cursor, fail)
  if (name !== 'YAML' && name !== 'TAG') throw fail('found unknown directive name')
  const directive = name === 'YAML' ? scanVersion(cursor, start, fail) : scanTagDirective(cursor, start, fail)
  skipBlanks(cursor)
  if (cursor.at() === HASH) while (!isBreakOrEnd(cursor.at())) cursor.skip()
  if (!isBreakOrEnd(cursor.at())) throw fail('did not find expected comment or line break')
  cursor.readBreak()
  return directive
}

function skipBlanks(cursor: Cursor): void {
  while (isBlank(cursor.at())) cursor.skipBlank()
}

function scanName(cursor: Cursor, fail: (problem: string) => YamlProblem): string {
  const from = cursor.pos
  while (isWord(cursor.at())) cursor.skip()
  if (cursor.pos === from) throw fail('could not find expected directive name')
  if (!isSpaceOrEnd(cursor.at())) throw fail('found unexpected non-alphabetical character')
  return cursor.text.slice(from, cursor.pos)
}

function scanVersion(cursor: Cursor, start: Mark, fail: (problem: string) => YamlProblem): Token {
  skipBlanks(cursor)
  const major = scanVersionNumber(cursor, fail)
  if (cursor.at() !== DOT) throw fail("did not find expected digit or '.' character")
  cursor.skip()
  const minor = scanVersionNumber(cursor, fail)
  return textToken('version-directive', start, `${major}.${minor}`)
}

function scanVersionNumber(cursor: Cursor, fail: (problem: string) => YamlProblem): number {
  const from = cursor.pos
  while (isDigit(cursor.at())) {
    if (cursor.pos - from === 2) throw fail('found extremely long version number')
    cursor.skip()
  }
  if (cursor.pos === from) throw fail('did not find expected version number')
  return Number(cursor.text.slice(from, cursor.pos))
}

function scanTagDirective(cursor: Cursor, start: Mark, fail: (problem: string) => YamlProblem): Token {
  skipBlanks(cursor)
  const handle = scanTagHandle(cursor, true, start)
  if (!isBlank(cursor.at())) throw fail('did not find expected whitespace')
  skipBlanks(cursor)
  const prefix = scanTagUri(cursor, '', start)
  if (!isSpaceOrEnd(cursor.at())) throw fail('did not find expected whitespace or line break')
  return textToken('tag-directive', start, handle, prefix)
}
