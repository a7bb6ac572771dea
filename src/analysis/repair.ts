import { parseYaml } from '../syntax/index.ts'
import { decodeUtf8, encodeUtf8 } from '../value/index.ts'
import type { Cursor, TextPosition } from './cursor.ts'

/**
 * The text, or one near it that is YAML, lines where they were: open flow collections are closed at the position, what is being typed
 * on its line is left out, then the line. Where that does not help, entries that are no YAML by themselves are left out wherever they
 * stand, their keys kept. Empty when nothing helps.
 */
export function repaired(source: Uint8Array, { line }: TextPosition, { closers }: Cursor): Uint8Array {
  if (isYaml(source)) return source
  const lines = decodeUtf8(source).split('\n')
  const here = line - 1
  for (const attempt of attemptsAt(lines, here, closers)) {
    const bytes = encodeUtf8(`${attempt.join('\n')}\n`)
    if (isYaml(bytes)) return bytes
  }
  const bytes = encodeUtf8(`${wholeEntries(lines, here, closers).join('\n')}\n`)
  return isYaml(bytes) ? bytes : new Uint8Array()
}

function isYaml(source: Uint8Array): boolean {
  return parseYaml(source).problem === null
}

/** The lines with the one at `here` made good, the likeliest way first; then without those behind it. */
function attemptsAt(lines: readonly string[], here: number, closers: string): (readonly string[])[] {
  const typed = lines[here] ?? ''
  const key = keyBefore(typed)
  // Without what is being typed, no quote is open.
  const brackets = closers.replace(/^["']/, '')
  const texts = new Set([
    ...(closers === '' ? [] : [typed + closers, ...(key === undefined ? [] : [key + brackets]), brackets]),
    ...(key === undefined ? [] : [key]),
    '',
  ])
  const replacing = (text: string, end: number) => [
    ...lines.slice(0, here),
    text,
    ...lines.slice(here + 1, end),
  ]
  return [lines.length, here + 1].flatMap((end) => [...texts].map((text) => replacing(text, end)))
}

/** A line as far as its key and the colon behind it. */
function keyBefore(line: string): string | undefined {
  if (line.trimStart().startsWith('#')) return undefined
  const colon = line.search(/:(?:\s|$)/)
  return colon < 0 ? undefined : line.slice(0, colon + 1)
}

/** The lines, each entry of the document and of its records on their first level read by itself, and emptied when it is no YAML. */
function wholeEntries(lines: readonly string[], here: number, closers: string): readonly string[] {
  const kept: string[] = []
  const starts = entryStarts(lines)
  for (const [i, start] of starts.entries()) {
    const entry = lines.slice(start, starts[i + 1] ?? lines.length)
    const isHere = here >= start && here < start + entry.length
    const attempts = [entry, ...(isHere ? attemptsAt(entry, here - start, closers) : [])]
    const bare = [[keyBefore(entry[0]!) ?? ''], ['']]
    const good = [...attempts, ...bare].find((attempt) => isYaml(encodeUtf8(attempt.join('\n')))) ?? []
    kept.push(...good, ...Array.from({ length: entry.length - good.length }, () => ''))
  }
  return kept
}

/** Where entries begin: lines without an indent, and those with the indent of the first line below one. */
function entryStarts(lines: readonly string[]): number[] {
  const starts = [0]
  let inner = 0
  for (const [i, line] of lines.entries()) {
    const indent = line.length - line.trimStart().length
    if (i === 0 || line.trim() === '' || line.startsWith('#')) continue
    if (/^ *\t/.test(line)) {
      // No indent at all: it spoils nothing but itself.
      starts.push(i)
      continue
    }
    if (indent === 0) inner = 0
    else if (inner === 0) inner = indent
    if (indent === 0 || indent === inner) starts.push(i)
  }
  return starts
}
