import {
  EXCLAMATION,
  GREATER,
  hexValue,
  isSpaceOrEnd,
  isUriCharacter,
  isWord,
  LESS,
  PERCENT,
} from './characters.ts'
import type { Cursor, Mark } from './cursor.ts'
import { YamlProblem } from './problem.ts'
import { type Token, textToken } from './token.ts'

/** Reads a tag, `!<uri>`, `!handle!suffix`, `!suffix` or `!`: the handle in `value`, the rest in `suffix`. */
export function scanTag(cursor: Cursor): Token {
  const start = cursor.mark()
  const tag = cursor.at(1) === LESS ? scanVerbatim(cursor, start) : scanShorthand(cursor, start)
  if (!isSpaceOrEnd(cursor.at())) {
    throw new YamlProblem('scanner', 'did not find expected whitespace or line break', start, cursor.mark())
  }
  return textToken('tag', start, tag.handle, tag.suffix)
}

function scanVerbatim(cursor: Cursor, start: Mark) {
  cursor.skip(2)
  const suffix = scanTagUri(cursor, '', start)
  if (cursor.at() !== GREATER) {
    throw new YamlProblem('scanner', "did not find the expected '>'", start, cursor.mark())
  }
  cursor.skip()
  return { handle: '', suffix }
}

function scanShorthand(cursor: Cursor, start: Mark) {
  const handle = scanTagHandle(cursor, false, start)
  if (handle.length > 1 && handle.endsWith('!')) return { handle, suffix: scanTagUri(cursor, '', start) }
  const suffix = scanTagUri(cursor, handle, start)
  return suffix === '' ? { handle: '', suffix: '!' } : { handle: '!', suffix }
}

/** Reads `!`, `!word` or `!word!`. In a directive a word must be closed by its `!`. */
export function scanTagHandle(cursor: Cursor, inDirective: boolean, start: Mark): string {
  if (cursor.at() !== EXCLAMATION) {
    throw new YamlProblem('scanner', "did not find expected '!'", start, cursor.mark())
  }
  const from = cursor.pos
  cursor.skip()
  while (isWord(cursor.at())) cursor.skip()
  if (cursor.at() === EXCLAMATION) cursor.skip()
  else if (inDirective && cursor.pos - from > 1) {
    throw new YamlProblem('scanner', "did not find expected '!'", start, cursor.mark())
  }
  return cursor.text.slice(from, cursor.pos)
}

/** Reads a tag's URI with its escapes decoded. `head` is what was taken for a handle: all but its `!` belongs to it. */
export function scanTagUri(cursor: Cursor, head: string, start: Mark): string {
  let uri = head.slice(1)
  const from = cursor.pos
  while (isUriCharacter(cursor.at())) {
    if (cursor.at() === PERCENT) uri += scanUriEscape(cursor, start)
    else {
      uri += cursor.text[cursor.pos]
      cursor.skip()
    }
  }
  if (head === '' && cursor.pos === from) {
    throw new YamlProblem('scanner', 'did not find expected tag URI', start, cursor.mark())
  }
  return uri
}

/** One character written as `%XX`, as many times as its UTF-8 form has bytes. */
function scanUriEscape(cursor: Cursor, start: Mark): string {
  const fail = (problem: string) => new YamlProblem('scanner', problem, start, cursor.mark())
  const bytes: number[] = []
  for (let wanted = 1; bytes.length < wanted; ) {
    const high = hexValue(cursor.at(1))
    const low = hexValue(cursor.at(2))
    if (cursor.at() !== PERCENT || high < 0 || low < 0) throw fail('did not find URI escaped octet')
    const octet = high * 16 + low
    if (bytes.length === 0) {
      wanted = utf8Width(octet)
      if (wanted === 0) throw fail('found an incorrect leading UTF-8 octet')
    } else if ((octet & 0xc0) !== 0x80) throw fail('found an incorrect trailing UTF-8 octet')
    bytes.push(octet)
    cursor.skip(3)
  }
  return new TextDecoder().decode(Uint8Array.from(bytes))
}

/** How many bytes the UTF-8 sequence has that begins with this octet; 0 when none does. */
export function utf8Width(octet: number): number {
  if (octet < 0x80) return 1
  if ((octet & 0xe0) === 0xc0) return 2
  if ((octet & 0xf0) === 0xe0) return 3
  return (octet & 0xf8) === 0xf0 ? 4 : 0
}
