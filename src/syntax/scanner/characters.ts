/** Character classes of YAML 1.1 as libyaml has them, over UTF-16 code units. The end of the text reads as NUL. */
export const NUL = 0
export const TAB = 0x09
export const LF = 0x0a
export const CR = 0x0d
export const SPACE = 0x20
export const DOUBLE_QUOTE = 0x22
export const HASH = 0x23
export const PERCENT = 0x25
export const AMPERSAND = 0x26
export const SINGLE_QUOTE = 0x27
export const ASTERISK = 0x2a
export const PLUS = 0x2b
export const COMMA = 0x2c
export const DASH = 0x2d
export const DOT = 0x2e
export const ZERO = 0x30
export const NINE = 0x39
export const COLON = 0x3a
export const LESS = 0x3c
export const GREATER = 0x3e
export const QUESTION = 0x3f
export const EXCLAMATION = 0x21
export const OPEN_BRACKET = 0x5b
export const BACKSLASH = 0x5c
export const CLOSE_BRACKET = 0x5d
export const OPEN_BRACE = 0x7b
export const PIPE = 0x7c
export const CLOSE_BRACE = 0x7d

const BLANK = 1
const BREAK = 2
const END = 4
const WORD = 8
const FLOW_END = 16
const INDICATOR = 32
const URI = 64

const classes = new Uint8Array(128)
const mark = (characters: string, bit: number) => {
  for (const character of characters) classes[character.charCodeAt(0)]! |= bit
}
mark(' \t', BLANK)
mark('\n\r', BREAK)
mark('\0', END)
mark('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-', WORD | URI)
mark(',?[]{}', FLOW_END)
mark('-?:,[]{}#&*!|>\'"%@`', INDICATOR)
mark(";/?:@&=+$,.!~*'()[]%", URI)

const is = (code: number, bits: number): boolean => code < 128 && (classes[code]! & bits) !== 0
const isWideBreak = (code: number): boolean => code === 0x85 || code === 0x2028 || code === 0x2029

/** Space or tab. */
export const isBlank = (code: number): boolean => code === SPACE || code === TAB
/** LF, CR, NEL, LS or PS. */
export const isBreak = (code: number): boolean => code === LF || code === CR || isWideBreak(code)
/** A line break or the end of the text. */
export const isBreakOrEnd = (code: number): boolean => is(code, BREAK | END) || isWideBreak(code)
/** A blank, a line break or the end of the text. */
export const isSpaceOrEnd = (code: number): boolean => is(code, BLANK | BREAK | END) || isWideBreak(code)
/** Letters, digits, `_` and `-`: what anchors, handles and directive names are made of. */
export const isWord = (code: number): boolean => is(code, WORD)
/** What ends a plain scalar inside a flow collection. */
export const isFlowEnd = (code: number): boolean => is(code, FLOW_END)
/** What a plain scalar may not begin with, unless a rule of its own allows it. */
export const isIndicator = (code: number): boolean => is(code, INDICATOR)
/** What a tag may be made of. */
export const isUriCharacter = (code: number): boolean => is(code, URI)
/** Whether a code is one of `0` to `9`. */
export const isDigit = (code: number): boolean => code >= ZERO && code <= NINE

/** The value of a hexadecimal digit, or -1. */
export function hexValue(code: number): number {
  if (isDigit(code)) return code - ZERO
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
