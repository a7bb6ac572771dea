/** A place in a source text. `line` and `column` count from 1, `byte` from 0 (`spec` language §2.4). */
export interface Position {
  readonly line: number
  readonly column: number
  readonly byte: number
}

/**
 * A stretch of one environment's text, `end` exclusive.
 *
 * `environment` is the name the text was loaded under (`<yaml>` for anonymous text). A range with all-zero
 * positions stands for a node without a place in any text.
 */
export interface Range {
  readonly environment: string
  readonly begin: Position
  readonly end: Position
}

const origin: Position = Object.freeze({ line: 0, column: 0, byte: 0 })

/** The range of something that stands in no text: zero positions, attributed to `environment`. */
export function rangeless(environment: string): Range {
  return { environment, begin: origin, end: origin }
}

/** Prints a range as `3:5-3:12`, the form used in goldens and messages. */
export function formatRange(range: Range): string {
  return `${range.begin.line}:${range.begin.column}-${range.end.line}:${range.end.column}`
}
