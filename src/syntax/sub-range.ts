import type { Position, Range } from '../diag/index.ts'
import { decodeUtf8, encodeUtf8 } from '../value/index.ts'
import { displayWidth } from './cell-width.ts'
import type { StringNode } from './syntax-node.ts'

/**
 * The range of a part of a string's text, from byte offset `from` up to `to` of its UTF-8 form; `null` when the
 * text has no ranges of its own (language specification §2.6). Columns advance by display width.
 */
export function subRange(node: StringNode, from: number, to: number): Range | null {
  if (!node.subRanges) return null
  const { environment, begin } = node.range
  return { environment, begin: advance(begin, node.value, from), end: advance(begin, node.value, to) }
}

const printableAscii = /^[\x20-\x7e]*$/

function advance({ line, column, byte }: Position, value: string, bytes: number): Position {
  const width = printableAscii.test(value) ? bytes : displayWidth(cut(value, bytes))
  return { line, column: column + width, byte: byte + bytes }
}

/** The first bytes of a text. Each byte of a character that is cut in two counts as a character of its own. */
function cut(value: string, bytes: number): string {
  return decodeUtf8(encodeUtf8(value).subarray(0, bytes)).replace(/[\udc80-\udcff]/gu, '\ufffd')
}
