// Finds the regular expressions in TypeScript sources.

/** One regular expression in a source text. */
export interface Literal {
  readonly source: string
  readonly flags: string
  readonly line: number
}

/** The words and signs that a `/` follows when it begins a regular expression, and not a division. */
const beforeLiteral =
  /^(?:[=(,:;!&|?{}[+\-*%<>~^]|return|typeof|case|in|of|delete|void|await|yield|else|do)?$/

/** Every regular expression literal of a source text, and every `unicodePattern('…')`. */
export function literalsIn(text: string): Literal[] {
  const found: Literal[] = []
  // The word or sign before, comments and blanks left out: it tells a literal from a division.
  let before = ''
  const templates: number[] = []
  let braces = 0
  for (let at = 0; at < text.length; ) {
    const character = text[at]!
    if (text.startsWith('//', at)) at = endOf(text, '\n', at)
    else if (text.startsWith('/*', at)) at = endOf(text, '*/', at + 2) + 2
    else if (character === '"' || character === "'") {
      at = endOfString(text, at)
      before = character
    } else if (character === '`' || (character === '}' && templates.at(-1) === braces)) {
      if (character === '}') templates.pop()
      const end = endOfTemplate(text, at + 1)
      if (text.startsWith('${', end)) {
        templates.push(braces)
        at = end + 2
        before = '('
      } else {
        at = end + 1
        before = '`'
      }
    } else if (character === '/' && beforeLiteral.test(before)) {
      const end = endOfLiteral(text, at)
      const flags = /^[a-z]*/.exec(text.slice(end + 1, end + 12))![0]
      found.push({ source: text.slice(at + 1, end), flags, line: lineAt(text, at) })
      at = end + 1 + flags.length
      before = '/'
    } else {
      if (character === '{') braces += 1
      if (character === '}') braces -= 1
      const word = /^\w+/.exec(text.slice(at, at + 64))?.[0]
      if (word !== undefined || !/\s/.test(character)) before = word ?? character
      at += word?.length ?? 1
    }
  }
  for (const { 1: written = '', index } of text.matchAll(/unicodePattern\(\s*'((?:[^'\\]|\\.)*)'/g)) {
    found.push({ source: written.replaceAll('\\\\', '\\'), flags: 'u', line: lineAt(text, index) })
  }
  return found
}

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from)
  return end < 0 ? text.length : end
}

function endOfString(text: string, from: number): number {
  let at = from + 1
  while (at < text.length && text[at] !== text[from]) at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** The closing backquote, or the next `${`. */
function endOfTemplate(text: string, from: number): number {
  let at = from
  while (at < text.length && text[at] !== '`' && !text.startsWith('${', at)) at += text[at] === '\\' ? 2 : 1
  return at
}

function endOfLiteral(text: string, from: number): number {
  let inClass = false
  let at = from + 1
  for (; at < text.length && (inClass || text[at] !== '/'); at++) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '[') inClass = true
    else if (text[at] === ']') inClass = false
  }
  return at
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length
}
