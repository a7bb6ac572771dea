import type { ScalarStyle } from './yaml-node.ts'

/** Which styles a text may take (the analysis of libyaml-derived emitters). */
export interface TextShape {
  readonly multiline: boolean
  readonly plainInBlock: boolean
  readonly plainInFlow: boolean
  readonly single: boolean
  readonly block: boolean
}

/** Where a scalar stands. */
export interface ScalarPlace {
  readonly inFlow: boolean
  readonly simpleKey: boolean
}

/** The style that the text can be printed in, nearest to the one that is wanted. */
export function legalStyle(text: string, wanted: ScalarStyle, place: ScalarPlace): ScalarStyle {
  const shape = shapeOf(text)
  const { inFlow, simpleKey } = place
  let style = simpleKey && shape.multiline ? 'double' : wanted
  if (style === 'plain') {
    const legal = inFlow ? shape.plainInFlow : shape.plainInBlock
    if (!legal || (text === '' && (inFlow || simpleKey))) style = 'single'
  }
  if (style === 'single' && !shape.single) style = 'double'
  if ((style === 'literal' || style === 'folded') && (!shape.block || inFlow || simpleKey)) style = 'double'
  return style
}

/** Whether the text spans lines. */
export function isMultiline(text: string): boolean {
  return /[\n\r\u0085\u2028\u2029]/.test(text)
}

const always = new Set(',[]{}&*!|>\'"%@`#')
const inFlowOnly = new Set(',?[]{}')

/** What may stand where, by the first look at every character. */
export function shapeOf(text: string): TextShape {
  if (text === '')
    return { multiline: false, plainInBlock: true, plainInFlow: false, single: true, block: false }
  const multiline = isMultiline(text)
  const escapes = needsEscapes(text)
  const spaceBeforeBreak = / [\n\r\u0085\u2028\u2029]/.test(text)
  const spaceAfterBreak = /[\n\r\u0085\u2028\u2029] /.test(text)
  const edges = /^ | $/.test(text)
  const never = multiline || edges || escapes || text.includes('\t')
  return {
    multiline,
    plainInBlock: !never && !hasIndicator(text, false),
    plainInFlow: !never && !hasIndicator(text, true),
    single: !spaceAfterBreak && !spaceBeforeBreak && !escapes && !text.includes('\t'),
    block: !text.endsWith(' ') && !spaceBeforeBreak && !escapes,
  }
}

/** Whether some character would be read as a sign of the syntax. */
function hasIndicator(text: string, inFlow: boolean): boolean {
  if (/^(---|\.\.\.)/.test(text)) return true
  const first = text[0]!
  if (always.has(first)) return true
  if ((first === '-' || first === '?' || first === ':') && isBlankAt(text, 1)) return true
  if (inFlow && (first === '?' || first === ':')) return true
  for (let i = 1; i < text.length; i++) {
    const character = text[i]!
    if (character === ':' && (inFlow || isBlankAt(text, i + 1))) return true
    if (character === '#' && isBlankAt(text, i - 1)) return true
    if (inFlow && inFlowOnly.has(character)) return true
  }
  return false
}

function isBlankAt(text: string, at: number): boolean {
  return at >= text.length || text[at] === ' ' || text[at] === '\t'
}

// What prints as it is: no controls but the line feed and the tab, nothing beyond the BMP, no byte order mark. The
// Unicode line separators could stand in a quoted or block scalar, but readers disagree about them.
const printable = /^[\t\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/

function needsEscapes(text: string): boolean {
  return !printable.test(text)
}

/** The text between single quotes; line breaks are doubled and continued at `indent`. */
export function singleQuoted(text: string, indent: number): string {
  const doubled = text.replaceAll("'", "''")
  if (!doubled.includes('\n')) return `'${doubled}'`
  const margin = `\n${' '.repeat(indent)}`
  return `'${doubled.replace(/\n+/g, (breaks) => breaks + margin)}'`
}

const escapes = new Map<number, string>([
  [0x00, '0'],
  [0x07, 'a'],
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0b, 'v'],
  [0x0c, 'f'],
  [0x0d, 'r'],
  [0x1b, 'e'],
  [0x22, '"'],
  [0x5c, '\\'],
  [0x85, 'N'],
  [0x2028, 'L'],
  [0x2029, 'P'],
])

/** The text between double quotes, on one line, with YAML's escapes. */
export function doubleQuoted(text: string): string {
  if (/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(text)) return `"${text}"`
  let out = '"'
  for (const character of text) {
    const point = character.codePointAt(0)!
    const name = escapes.get(point)
    if (name !== undefined) out += `\\${name}`
    else out += printable.test(character) ? character : numbered(point)
  }
  return `${out}"`
}

function numbered(point: number): string {
  const [letter, digits] = point <= 0xff ? ['x', 2] : point <= 0xffff ? ['u', 4] : ['U', 8]
  return `\\${letter}${point
    .toString(16)
    .toUpperCase()
    .padStart(digits as number, '0')}`
}
