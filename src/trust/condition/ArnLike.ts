import { compileGlob, type Piece } from '../glob.ts'
import type { ConditionOperator } from './operator.ts'

/**
 * Six fields, each a pattern of its own: a wildcard never crosses the first five colons. A policy value with
 * fewer fields matches nothing, and a request value that is no ARN satisfies neither this nor its negation.
 */
export const ArnLike: ConditionOperator = {
  name: 'ArnLike',
  negated: false,
  takesVariables: true,
  takesWildcards: true,
  comparable: (actual) => arnFields(actual) !== null,
  compile: (wanted) => {
    const fields = splitFields(wanted)
    if (fields.length < 6) return () => false
    const globs = fields.map(compileGlob)
    return (actual) => arnFields(actual)?.every((field, i) => globs[i]!.test(field)) ?? false
  },
}

/** The six fields of an ARN, the last with all its colons; `null` when the text is no ARN. */
export function arnFields(text: string): readonly string[] | null {
  const parts = text.split(':')
  if (parts.length < 6 || parts[0] !== 'arn') return null
  return [...parts.slice(0, 5), parts.slice(5).join(':')]
}

function splitFields(pieces: readonly Piece[]): Piece[][] {
  const fields: Piece[][] = [[]]
  for (const piece of pieces) {
    if (typeof piece !== 'string') {
      fields[fields.length - 1]!.push(piece)
      continue
    }
    const parts = piece.split(':')
    parts.forEach((part, i) => {
      if (i > 0 && fields.length < 6) fields.push([])
      else if (i > 0) fields[5]!.push(':')
      if (part !== '') fields[fields.length - 1]!.push(part)
    })
  }
  return fields
}
