import { decodeUtf8 } from '../value/index.ts'
import { Composer } from './composer.ts'
import { problemText, YamlProblem } from './scanner/problem.ts'
import { endOf, readText } from './scanner/reader.ts'
import { Scanner } from './scanner/scanner.ts'
import type { YamlNode } from './yaml-node.ts'

/** Block and flow collections may lie this deep in one another (S-42). */
export const defaultMaxDepth = 128
/** The evaluator and the printer descend recursively; beyond this their stack would be at risk. */
const depthCeiling = 1000

/** What parsing gives: a formatting tree, or what is wrong with the text. */
export interface ParsedYaml {
  /** The first document; the `nothing` node when there is none, `null` when the text is malformed. */
  readonly tree: YamlNode | null
  /** What is wrong with the text, in full: `yaml: line 2: did not find expected key`. */
  readonly problem: string | null
  /** Where that shows, lines and columns from 1, columns in code points; `null` when it has no place. */
  readonly place: { readonly line: number; readonly column: number } | null
}

/**
 * The formatting tree of the first YAML document in `source`. Never throws: malformed text of any kind, invalid
 * UTF-8 included, gives one problem in libyaml's words (language specification §2.7).
 *
 * `maxDepth` is clamped to 1,000.
 */
export function parseYaml(source: Uint8Array, { maxDepth = defaultMaxDepth } = {}): ParsedYaml {
  try {
    const scanner = new Scanner(readText(source), Math.min(maxDepth, depthCeiling))
    return { tree: new Composer(scanner).document(), problem: null, place: null }
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error
    return { tree: null, problem: problemText(error), place: placeOf(error, source) }
  }
}

/** The end of a text without a last line break counts as a line more, which nobody could be shown. */
function placeOf({ place }: YamlProblem, source: Uint8Array): ParsedYaml['place'] {
  if (place === null) return null
  const end = endOf(decodeUtf8(source))
  const { line, column } = place.line > end.line ? end : place
  return { line: line + 1, column: column + 1 }
}
