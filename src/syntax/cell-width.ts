import { eastAsianWidth } from 'get-east-asian-width'
import { unicodePattern } from '../value/index.ts'

/** What is asked of characters that are not common. */
interface Classes {
  readonly segmenter: Intl.Segmenter
  readonly zeroWidth: RegExp
  readonly pictographic: RegExp
  readonly emojiPresentation: RegExp
  readonly regionalIndicator: RegExp
  readonly markOrJoiner: RegExp
  readonly letter: RegExp
}

let made: Classes | null = null

/**
 * Made on first use, since the segmenter takes 10 ms to make. Most texts are ASCII and need none of it.
 */
function classes(): Classes {
  made ??= {
    segmenter: new Intl.Segmenter('en', { granularity: 'grapheme' }),
    zeroWidth: unicodePattern(
      '^[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Grapheme_Extend}\\p{Emoji_Modifier}\\p{Default_Ignorable_Code_Point}]$',
    ),
    pictographic: unicodePattern('^\\p{Extended_Pictographic}'),
    emojiPresentation: unicodePattern('^\\p{Emoji_Presentation}'),
    regionalIndicator: unicodePattern('^\\p{Regional_Indicator}'),
    markOrJoiner: unicodePattern('^[\\p{M}\\u200d]$'),
    letter: unicodePattern('^\\p{Lo}$'),
  }
  return made
}

/** Format characters that stand in front of what they mark and take a cell: Arabic and Kaithi number signs. */
const prepended = /^[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]$/u
const leadingJamo = /^[\u1100-\u115f\ua960-\ua97c]/
const linker = /[\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d]/

/**
 * The width of common characters between which a cluster always ends: printable ASCII, Latin, Greek and Cyrillic
 * letters, kana and CJK ideographs; 0 for all others. It spares most texts the segmenter.
 */
function simpleWidth(code: number): number {
  if (code < 0x7f) return code >= 0x20 ? 1 : 0
  if (code < 0x3041) return (code >= 0xc0 && code < 0x300) || (code >= 0x391 && code <= 0x481) ? 1 : 0
  return (code >= 0x4e00 && code < 0xa000) || code <= 0x3096 || (code >= 0x30a1 && code <= 0x30fa) ? 2 : 0
}

/** The grapheme clusters of a text, by the rules of Unicode 15. */
export function* graphemes(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    let to = from + 1
    let isSimple = simpleWidth(text.charCodeAt(from)) > 0
    for (; to < text.length; to++) {
      const nextIsSimple = simpleWidth(text.charCodeAt(to)) > 0
      if (isSimple && nextIsSimple) break
      isSimple = nextIsSimple
    }
    if (to === from + 1) yield text.charAt(from)
    else yield* segments(text.slice(from, to))
    from = to
  }
}

function* segments(text: string): Generator<string> {
  for (const { segment } of classes().segmenter.segment(text)) {
    if (segment.length > 2 && linker.test(segment)) yield* conjunctParts(segment)
    else yield segment
  }
}

/** Unicode 15.1 joined conjuncts, letters linked by a virama, into one cluster; here they are clusters apart. */
function* conjunctParts(cluster: string): Generator<string> {
  let part = ''
  let linked = false
  for (const character of cluster) {
    if (linked && classes().letter.test(character)) {
      yield part
      part = ''
    }
    linked = linker.test(character) || (linked && classes().markOrJoiner.test(character))
    part += character
  }
  yield part
}

/** How many cells a terminal gives to one grapheme cluster (language specification §2.4). */
export function cellWidth(cluster: string): number {
  const first = cluster.codePointAt(0)
  if (first === undefined) return 0
  const simple = cluster.length === 1 ? simpleWidth(first) : 0
  if (simple > 0) return simple
  const { regionalIndicator, pictographic } = classes()
  if (regionalIndicator.test(cluster)) return 2
  if (pictographic.test(cluster) || leadingJamo.test(cluster))
    return variedWidth(cluster, codePointWidth(first))
  let width = 0
  for (const character of cluster) width += codePointWidth(character.codePointAt(0)!)
  return variedWidth(cluster, width)
}

/** A variation selector in the cluster asks for emoji (two cells) or text (one cell). */
function variedWidth(cluster: string, width: number): number {
  if (cluster.includes('\ufe0f')) return 2
  return cluster.includes('\ufe0e') ? 1 : width
}

function codePointWidth(code: number): number {
  if (code === 0x2e3a) return 3
  if (code === 0x2e3b) return 4
  const { zeroWidth, letter, pictographic, emojiPresentation } = classes()
  const character = String.fromCodePoint(code)
  // Some letters are ignorable too: the Hangul fillers, which are as wide as what they stand for.
  if (zeroWidth.test(character) && !letter.test(character)) return prepended.test(character) ? 1 : 0
  if (pictographic.test(character)) return emojiPresentation.test(character) ? 2 : 1
  return eastAsianWidth(code)
}

const printableAscii = /^[\x20-\x7e]*$/

/** How many cells a terminal gives to a text. */
export function displayWidth(text: string): number {
  if (printableAscii.test(text)) return text.length
  let width = 0
  for (const cluster of graphemes(text)) width += cellWidth(cluster)
  return width
}
