import type { Piece } from '../glob.ts'

/** A run of UTF-16 units, both ends included. */
export type Interval = readonly [from: number, to: number]

/** A regular language in a form that is easy to write down. */
export type Expression =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unit'; readonly intervals: readonly Interval[] }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'either'; readonly parts: readonly Expression[] }
  | { readonly kind: 'repeat'; readonly part: Expression }

/** The largest UTF-16 unit. */
export const lastUnit = 0xffff

/** Exactly this text. */
export function text(value: string): Expression {
  return { kind: 'text', text: value }
}

/** One unit out of the intervals. */
export function unit(...intervals: readonly Interval[]): Expression {
  return { kind: 'unit', intervals }
}

/** One unit out of the characters and ranges of a class such as `A-Za-z0-9_.-`. */
export function oneOf(characters: string): Expression {
  const intervals: Interval[] = []
  for (const [range] of characters.matchAll(/[\s\S]-[\s\S]|[\s\S]/g)) {
    intervals.push([range.charCodeAt(0), range.charCodeAt(range.length - 1)])
  }
  return { kind: 'unit', intervals }
}

/** The parts one after the other. */
export function sequence(...parts: readonly Expression[]): Expression {
  return { kind: 'sequence', parts }
}

/** Any one of the parts; without parts, no text at all. */
export function either(...parts: readonly Expression[]): Expression {
  return { kind: 'either', parts }
}

/** The part any number of times, also none. */
export function repeat(part: Expression): Expression {
  return { kind: 'repeat', part }
}

/** The part at least once. */
export function oneOrMore(part: Expression): Expression {
  return sequence(part, repeat(part))
}

/** Any one unit. */
export const anyUnitExpression: Expression = unit([0, lastUnit])
/** Every text. */
export const anyText: Expression = repeat(anyUnitExpression)
/** No text at all. */
export const noText: Expression = either()

/** The language of a pattern; `*` stands for a run of `filler`, `?` for one unit of it. */
export function ofPieces(pieces: readonly Piece[], filler: Expression = anyUnitExpression): Expression {
  return sequence(
    ...pieces.map((piece) => {
      if (typeof piece === 'string') return text(piece)
      return piece.wildcard === '*' ? repeat(filler) : filler
    }),
  )
}
