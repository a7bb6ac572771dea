import { isSpaceOrEnd, isWord } from './characters.ts'
import type { Cursor } from './cursor.ts'
import { YamlProblem } from './problem.ts'
import { type Token, textToken } from './token.ts'

/** Reads `&name` or `*name`; the cursor stands at the indicator. */
export function scanAnchor(cursor: Cursor, kind: 'alias' | 'anchor'): Token {
  const start = cursor.mark()
  cursor.skip()
  const from = cursor.pos
  while (isWord(cursor.at())) cursor.skip()
  const name = cursor.text.slice(from, cursor.pos)
  const ends = isSpaceOrEnd(cursor.at()) || '?:,]}%@`'.includes(cursor.text[cursor.pos]!)
  if (name === '' || !ends) {
    const problem = 'did not find expected alphabetic or numeric character'
    throw new YamlProblem('scanner', problem, start, cursor.mark())
  }
  return textToken(kind, start, name)
}
