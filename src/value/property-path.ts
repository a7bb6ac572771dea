import { AppError } from '../diag/index.ts'
import { quote } from './quote.ts'

/** A property path: names and indices from the root down. Empty = the root itself. */
export type PropertyPath = readonly (string | number)[]

/**
 * The elements of a property path (§13.1): `a.b[0]["with \"quotes\""]`. `[*]` is the name `*`.
 *
 * @throws AppError PATH_INVALID with the words of the language specification
 */
export function parsePropertyPath(text: string): PropertyPath {
  const path: (string | number)[] = []
  let at = 0
  while (at < text.length) {
    const character = text[at]
    if (character === '.') {
      if (at === 0) throw invalid('expected property path to start with a name or index')
      if (at + 1 === text.length) throw invalid('expected property path to end with a name or index')
      at++
    } else if (character === '[') {
      at = readSubscript(text, at + 1, path)
    } else {
      const end = nameEnd(text, at)
      path.push(text.slice(at, end))
      at = end
    }
  }
  return path
}

/** The canonical text of a path (§2.3, §8.3): names with dots, other keys as `["k"]`, indices as `[i]`. */
export function formatPropertyPath(path: PropertyPath): string {
  let text = ''
  for (const element of path)
    text = typeof element === 'number' ? `${text}[${element}]` : joinName(text, element)
  return text
}

function joinName(root: string, name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return root === '' ? name : `${root}.${name}`
  return `${root}["${name.replaceAll('"', '\\"')}"]`
}

function nameEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && text[at] !== '.' && text[at] !== '[') at++
  return at
}

/** Reads what follows a `[`, adds it to the path and gives the offset behind the `]`. */
function readSubscript(text: string, from: number, path: (string | number)[]): number {
  if (text[from] === '"') return readQuoted(text, from + 1, path)
  const end = text.indexOf(']', from)
  if (end < 0) throw invalid('missing closing bracket in array index')
  const index = text.slice(from, end)
  path.push(index === '*' ? '*' : parseIndex(index))
  return end + 1
}

function readQuoted(text: string, from: number, path: (string | number)[]): number {
  const parts: string[] = []
  let start = from
  let at = from
  while (text[at] !== '"') {
    if (at >= text.length) throw invalid('missing closing quote in property name')
    if (text[at] === '\\' && text[at + 1] === '"') {
      parts.push(text.slice(start, at))
      start = at + 1
      at++
    }
    at++
  }
  parts.push(text.slice(start, at))
  if (text[at + 1] !== ']') throw invalid('missing closing bracket in property access')
  path.push(parts.join(''))
  return at + 2
}

function parseIndex(text: string): number {
  const problem = (what: string): AppError =>
    invalid(`invalid array index: strconv.ParseInt: parsing ${quote(text)}: ${what}`)
  if (!/^[-+]?[0-9]+$/.test(text)) throw problem('invalid syntax')
  const index = BigInt(text.replace('+', ''))
  if (index >= 2n ** 63n || index < -(2n ** 63n)) throw problem('value out of range')
  return Number(index)
}

function invalid(what: string): AppError {
  return new AppError('PATH_INVALID', { what })
}
