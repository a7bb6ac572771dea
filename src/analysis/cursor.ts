import type { PropertyPath } from '../value/index.ts'
import { FlowReader, unquoted } from './flow-reader.ts'
import { isEscaped } from './reference-steps.ts'

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
  /** What would close the flow collections that are open here, `]}`; `""` outside of any. */
  readonly closers: string
  /** Whether it stands in a comment, where nothing means anything. */
  readonly isComment: boolean
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
  const reader = new LineReader()
  for (const before of lines.slice(0, line - 1)) reader.line(before)
  const typed = [...(lines[line - 1] ?? '')].slice(0, column - 1).join('')
  return reader.cursor(typed, column)
}

/** What encloses the end of the lines that were read: block collections by their indents, flow collections by their signs. */
class LineReader {
  readonly #frames: Frame[] = []
  #flow: FlowReader | null = null
  /** The indent of the key or dash that the open flow collection stands behind. */
  #flowIndent = -1
  /** The indent of the key of a block scalar, below which all lines are its text; -1 outside of one. */
  #scalarIndent = -1

  line(text: string): void {
    if (text.trim() === '' || text.trimStart().startsWith('#')) return
    if (this.#continuesFlow(text)) {
      this.#flow?.read(`\n${text}`)
      if (this.#flow?.isClosed) this.#flow = null
      return
    }
    if (this.#scalarIndent >= 0 && indentOf(text) > this.#scalarIndent) return
    this.#scalarIndent = -1
    const { rest } = readLine(text, this.#frames)
    const indent = this.#frames.at(-1)?.indent ?? -1
    if (/^[|>][-+0-9]*\s*(#.*)?$/.test(rest)) this.#scalarIndent = Math.max(indent, 0)
    const flow = openFlow(rest)
    if (flow === null || flow.isClosed) return
    this.#flow = flow
    this.#flowIndent = indent
  }

  /** Reads what is typed of the last line, and says where its end is. */
  cursor(typed: string, column: number): Cursor {
    const reference = openReference(typed)
    const isComment = this.#isComment(typed)
    const at = (path: PropertyPath, place: Cursor['place'], partial: string, closers = ''): Cursor => ({
      ...{ path, place, partial, reference, closers, isComment },
      from: column - length(partial),
    })
    if (typed.trim() === '' ? this.#flow !== null : this.#continuesFlow(typed)) {
      const flow = this.#flow!
      flow.read(`\n${typed}`)
      const { path, place, partial, closers } = flow.place()
      if (flow.isClosed) return at(this.#path(), 'value', '')
      return at([...this.#path(), ...path], place, partial, closers)
    }
    const { rest: marked, isValue } = readLine(typed + end, this.#frames)
    const rest = marked.slice(0, -1)
    const flow = openFlow(rest)
    if (flow === null || flow.isClosed) return at(this.#path(), isValue ? 'value' : 'key', rest.trimStart())
    const { path, place, partial, closers } = flow.place()
    return at([...this.#path(), ...path], place, partial, closers)
  }

  #isComment(typed: string): boolean {
    if (this.#scalarIndent >= 0 && indentOf(typed) > this.#scalarIndent) return false
    // What stands in quotes before the first sign of a comment.
    const quoted = /("(?:[^"\\]|\\.)*(?:"|$)|'(?:[^']|'')*(?:'|$))/g
    return /(^|\s)#/.test(typed.replaceAll(quoted, 'x'))
  }

  #path(): PropertyPath {
    return this.#frames.map(({ step }) => step)
  }

  /** Whether a line belongs to the open flow collection. A key left of its own begins something new: nobody closed it yet. */
  #continuesFlow(text: string): boolean {
    if (this.#flow === null) return false
    if (indentOf(text) > this.#flowIndent || /^\s*[\]},]/.test(text)) return true
    this.#flow = null
    return false
  }
}

/** Reads the flow collection that a text begins with, behind its anchor and tag; `null` when there is none. */
function openFlow(rest: string): FlowReader | null {
  const text = rest.replace(/^(?:[&!]\S*\s+){0,2}/, '')
  if (!/^[{[]/.test(text)) return null
  const flow = new FlowReader()
  flow.read(text)
  return flow
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

/** What stands behind the last `${` that nothing has closed yet. */
function openReference(typed: string): string | null {
  const at = typed.lastIndexOf('${')
  if (at < 0 || isEscaped(typed, at)) return null
  const inside = typed.slice(at + 2)
  return /[}\s]/.test(inside.replaceAll(/"[^"]*"/g, '')) ? null : inside
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

function length(text: string): number {
  return [...text].length
}
