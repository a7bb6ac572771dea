/** Stands for any run of characters, also an empty one (`*`), or for exactly one UTF-16 unit (`?`). */
export interface Wildcard {
  readonly wildcard: '*' | '?'
}

/** Literal text or a wildcard: what a pattern is made of once variables are replaced. */
export type Piece = string | Wildcard

/** `*`: any run of units, the empty one included. */
export const anyRun: Wildcard = Object.freeze({ wildcard: '*' })
/** `?`: exactly one UTF-16 unit. */
export const anyUnit: Wildcard = Object.freeze({ wildcard: '?' })

/** A compiled pattern, anchored at both ends. */
export interface Glob {
  readonly test: (text: string) => boolean
}

/** The pieces of pattern text in which every `*` and `?` is a wildcard. */
export function globPieces(text: string): Piece[] {
  return text
    .split(/([*?])/)
    .filter((part) => part !== '')
    .map((part) => (part === '*' ? anyRun : part === '?' ? anyUnit : part))
}

/** The text of pieces in which wildcards are plain characters, for operators that have no wildcards. */
export function piecesText(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : piece.wildcard)).join('')
}

// Between two `*` stands a run of fixed length. `unit` is -1 where any UTF-16 unit fits.
interface Run {
  readonly units: readonly number[]
  /** The run as text when no unit is free, so that the engine's own search can be used. */
  readonly text: string | null
}

/**
 * Compiles pieces to a matcher that never backtracks past the last `*`: each run is looked for once, leftmost
 * first, so forty `*a` cost the length of the text times the length of one run at most.
 */
export function compileGlob(pieces: readonly Piece[]): Glob {
  const runs = splitRuns(pieces)
  const first = runs[0]!
  if (runs.length === 1) {
    return { test: (text) => text.length === first.units.length && fitsAt(first, text, 0) }
  }
  const last = runs[runs.length - 1]!
  const middle = runs.slice(1, -1)
  return {
    test: (text) => {
      const end = text.length - last.units.length
      if (end < first.units.length || !fitsAt(first, text, 0) || !fitsAt(last, text, end)) return false
      let from = first.units.length
      for (const run of middle) {
        const found = findRun(run, text, from, end)
        if (found === -1) return false
        from = found + run.units.length
      }
      return from <= end
    },
  }
}

function splitRuns(pieces: readonly Piece[]): Run[] {
  const runs: number[][] = [[]]
  for (const piece of pieces) {
    const current = runs[runs.length - 1]!
    if (typeof piece === 'string') {
      for (let i = 0; i < piece.length; i += 1) current.push(piece.charCodeAt(i))
    } else if (piece.wildcard === '?') current.push(-1)
    else runs.push([])
  }
  // Between neighbouring stars lies an empty run, which fits anywhere.
  const kept = runs.filter((units, i) => i === 0 || i === runs.length - 1 || units.length > 0)
  return kept.map((units) => ({
    units,
    text: units.includes(-1) ? null : units.map((unit) => String.fromCharCode(unit)).join(''),
  }))
}

function fitsAt(run: Run, text: string, at: number): boolean {
  if (run.text !== null) return text.startsWith(run.text, at)
  return run.units.every((unit, i) => unit === -1 || unit === text.charCodeAt(at + i))
}

function findRun(run: Run, text: string, from: number, end: number): number {
  if (run.text !== null) {
    const found = text.indexOf(run.text, from)
    return found !== -1 && found + run.units.length <= end ? found : -1
  }
  for (let at = from; at + run.units.length <= end; at += 1) {
    if (fitsAt(run, text, at)) return at
  }
  return -1
}
