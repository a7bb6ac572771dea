import type { Position, Range } from '../diag/index.ts'
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
  const width = printableAscii.test(value)
    ? bytes
    : displayWidth(Buffer.from(value).subarray(0, bytes).toString())
  return { line, column: column + width, byte: byte + bytes }
}
