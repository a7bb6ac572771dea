import type { PropertyPath } from '../value/index.ts'

/** A place in a text: line and column from 1, columns in code points. */
export interface TextPosition {
  readonly line: number
  readonly column: number
}

/** What stands around a cursor, read from the text as it is, whole or broken. */
export interface Cursor {
  /** The keys and indexes that enclose it, outermost first, from the document's root. */
  readonly path: PropertyPath
  /** Whether a key could be written here, or the value of the last key in `path`. */
  readonly place: 'key' | 'value'
  /** What is typed of it so far, and where that begins. */
  readonly partial: string
  readonly from: number
  /** The unfinished `${…` that the cursor is in: what stands between `${` and the cursor. */
  readonly reference: string | null
}

/** Stands at the cursor while its line is read: a colon right before it may be the first of two. */
const end = '\ue000'

interface Frame {
  readonly indent: number
  readonly step: string | number
}

const keyOf = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#'"{[].*?):(?=\s|$)/

/** Reads the surroundings of a position. Never throws, whatever the text is. */
export function cursorAt(text: string, { line, column }: TextPosition): Cursor {
  const lines = text.split(/\r?\n/)
  const frames: Frame[] = []
  let blockIndent = -1
  for (const before of lines.slice(0, line - 1)) {
    const indent = indentOf(before)
    if (before.trim() === '' || before.trimStart().startsWith('#')) continue
    if (blockIndent >= 0 && indent > blockIndent) continue
    blockIndent = -1
    const { rest } = readLine(before, frames)
    if (/^[|>][-+0-9]*\s*(#.*)?$/.test(rest)) blockIndent = frames.at(-1)?.indent ?? 0
  }
  const typed = [...(lines[line - 1] ?? '')].slice(0, column - 1).join('')
  const { rest: marked, isValue } = readLine(typed + end, frames)
  const rest = marked.slice(0, -1)
  const path = frames.map(({ step }) => step)
  const reference = openReference(typed)
  const flow = readFlow(rest)
  if (flow !== null) {
    const { partial } = flow
    return {
      path: [...path, ...flow.path],
      place: flow.place,
      partial,
      from: column - length(partial),
      reference,
    }
  }
  const partial = rest.trimStart()
  return { path, place: isValue ? 'value' : 'key', partial, from: column - length(partial), reference }
}

/** Takes a line's dashes and key onto the stack of what encloses the next text, and gives what stands behind them. */
function readLine(line: string, frames: Frame[]): { readonly rest: string; readonly isValue: boolean } {
  let at = indentOf(line)
  for (let dash = /^-(\s+|$)/.exec(line.slice(at)); dash !== null; dash = /^-(\s+|$)/.exec(line.slice(at))) {
    const before = leave(
      frames,
      (frame) => frame.indent > at || (frame.indent === at && typeof frame.step === 'number'),
    )
    frames.push({
      indent: at,
      step: typeof before?.step === 'number' && before.indent === at ? before.step + 1 : 0,
    })
    at += Math.max(dash[0].length, 2)
  }
  leave(frames, ({ indent }) => indent >= at)
  const rest = line.slice(at)
  const key = keyOf.exec(rest)?.[1]
  if (key === undefined) return { rest, isValue: false }
  frames.push({ indent: at, step: unquoted(key) })
  return { rest: rest.slice(key.length + 1).trimStart(), isValue: true }
}

/** Drops the frames on top that `leaves` is true of; gives the outermost of them. */
function leave(frames: Frame[], leaves: (frame: Frame) => boolean): Frame | null {
  let last: Frame | null = null
  for (let top = frames.at(-1); top !== undefined && leaves(top); top = frames.at(-1)) {
    last = top
    frames.pop()
  }
  return last
}

interface Flow {
  readonly path: PropertyPath
  readonly place: 'key' | 'value'
  readonly partial: string
}

/** The innermost open flow collection of a line; `null` when none is open. */
function readFlow(rest: string): Flow | null {
  if (!/^[{[]/.test(rest)) return null
  const open: { readonly isMap: boolean; step: string | number }[] = []
  let entry = ''
  let quote = ''
  for (const character of rest) {
    const top = open.at(-1)
    if (quote !== '') {
      if (character === quote) quote = ''
      entry += character
    } else if ((character === '"' || character === "'") && entry.trim() === '') {
      quote = character
      entry += character
    } else if ((character === '{' || character === '[') && !entry.endsWith('$')) {
      open.push({ isMap: character === '{', step: character === '{' ? '' : 0 })
      entry = ''
    } else if ((character === '}' || character === ']') && !entry.includes('${')) {
      open.pop()
      entry = ''
    } else if (character === ',' && top !== undefined) {
      top.step = top.isMap ? '' : Number(top.step) + 1
      entry = ''
    } else if (character === ' ' && entry.endsWith(':') && top?.isMap && top.step === '') {
      top.step = unquoted(entry.slice(0, -1).trim())
      entry = ''
    } else entry += character
  }
  const top = open.at(-1)
  if (top === undefined) return null
  const path = open.map(({ step }) => step).filter((step) => step !== '')
  return { path, place: top.isMap && top.step === '' ? 'key' : 'value', partial: entry.trimStart() }
}

/** What stands behind the last `${` that nothing has closed yet. */
function openReference(typed: string): string | null {
  const at = typed.lastIndexOf('${')
  if (at < 0 || /(^|[^$])(\$\$)+$/.test(typed.slice(0, at + 1))) return null
  const inside = typed.slice(at + 2)
  return /[}\s]/.test(inside.replaceAll(/"[^"]*"/g, '')) ? null : inside
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

function length(text: string): number {
  return [...text].length
}

function unquoted(key: string): string {
  return /^["']/.test(key)
    ? key.slice(1, key.length > 1 && key.endsWith(key[0]!) ? -1 : undefined)
    : key.trim()
}
