import { isAscii } from 'node:buffer'
import type { Position } from '../diag/index.ts'
import { cellWidth, graphemes } from './cell-width.ts'

/** A line that is not all ASCII: cluster `i` begins behind `columns[i] - 1` cells and at byte `bytes[i]`. */
interface CellMap {
  readonly columns: readonly number[]
  readonly bytes: readonly number[]
}

const lineFeed = 0x0a

/**
 * Byte offsets of (line, column) places in a source text, built once per text (language specification §2.4).
 *
 * Two quirks are part of the contract: places on the last line, which is the one behind the last line feed, have
 * byte 0; on lines that are not ASCII the column, counted in code points, is looked up as a number of cells.
 */
export class LineIndex {
  readonly #source: Uint8Array
  readonly #starts: number[] = [0]
  readonly #allAscii: boolean
  readonly #cells = new Map<number, CellMap | null>()

  constructor(source: Uint8Array) {
    this.#source = source
    for (let at = source.indexOf(lineFeed); at >= 0; at = source.indexOf(lineFeed, at + 1))
      this.#starts.push(at + 1)
    this.#allAscii = isAscii(source)
  }

  /** The position at a line and column, both from 1. */
  position(line: number, column: number): Position {
    if (line >= this.#starts.length) return { line, column, byte: 0 }
    const start = this.#starts[line - 1]!
    const cells = this.#allAscii ? null : this.#cellMap(line)
    return { line, column, byte: cells === null ? start + column - 1 : byteAt(cells, column) }
  }

  #cellMap(line: number): CellMap | null {
    let cells = this.#cells.get(line)
    if (cells === undefined) {
      const start = this.#starts[line - 1]!
      const bytes = this.#source.subarray(start, this.#starts[line]! - 1)
      cells = isAscii(bytes) ? null : mapCells(bytes, start)
      this.#cells.set(line, cells)
    }
    return cells
  }
}

function mapCells(line: Uint8Array, start: number): CellMap {
  const columns: number[] = []
  const bytes: number[] = []
  let column = 1
  let byte = start
  for (const cluster of graphemes(new TextDecoder('utf-8', { ignoreBOM: true }).decode(line))) {
    columns.push(column)
    bytes.push(byte)
    column += cellWidth(cluster)
    byte += Buffer.byteLength(cluster)
  }
  columns.push(column)
  bytes.push(byte)
  return { columns, bytes }
}

/** The byte of the first cluster that begins at `column` or behind it; the end of the line when there is none. */
function byteAt({ columns, bytes }: CellMap, column: number): number {
  let low = 0
  let high = columns.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (columns[middle]! >= column) high = middle
    else low = middle + 1
  }
  return bytes[low]!
}
