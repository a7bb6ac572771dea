import type { EvaluationHost } from '../eval/index.ts'
import { parseYaml } from '../syntax/index.ts'
import { decodeUtf8, encodeUtf8 } from '../value/index.ts'
import { checkSource, createChecker } from './checker.ts'
import { type Cursor, cursorAt, type TextPosition } from './cursor.ts'
import type { CheckedDefinition, LookUp } from './known-environment.ts'
import { repaired } from './repair.ts'

/** What an editor's questions may use: the host of a check, and the names that exist. */
export interface EditorHost extends EvaluationHost {
  readonly providerNames: readonly string[]
  readonly rotatorNames: readonly string[]
  /** The environments that may be imported, as an import names them. */
  environmentNames(): Promise<readonly string[]>
}

/** A text in an editor and the place that is asked about. */
export interface EditorQuestion {
  /** The name that the text's ranges carry. */
  readonly name: string
  readonly source: Uint8Array
  readonly position: TextPosition
}

/** A question with all that answering needs. */
export interface Inquiry {
  readonly text: string
  /** The place that is asked about, or the nearest one in the text. */
  readonly position: TextPosition
  readonly cursor: Cursor
  /** The check of the text, or of what could be saved of it; `null` when it declares nothing. */
  readonly checked: CheckedDefinition | null
  /** Checks imports. */
  readonly lookUp: LookUp
}

/** A key in place of the one that is being typed, so that the record around it is seen. */
export const cursorKey = 'cursor\ue000'

/**
 * Reads and checks the text of a question, `typing` when a key at the position is not finished. Never throws for what the text is.
 */
export async function inquire(
  question: EditorQuestion,
  host: EditorHost,
  { typing }: { readonly typing: boolean },
): Promise<Inquiry> {
  const { name, source } = question
  const text = decodeUtf8(source)
  const position = within(text, question.position)
  const cursor = cursorAt(text, position)
  const seen = typing
    ? withCursorKey({ ...question, position }, text, cursor)
    : repaired(source, position, cursor)
  const { checked } = await checkSource(name, seen, host)
  return { text, position, cursor, checked, lookUp: createChecker(host) }
}

/** The position, or the nearest one that is in the text. */
function within(text: string, { line, column }: TextPosition): TextPosition {
  const lines = text.split('\n')
  const inText = Math.min(Math.max(line, 1), lines.length)
  const { length } = [...lines[inText - 1]!.replace(/\r$/, '')]
  return { line: inText, column: Math.min(Math.max(column, 1), length + 1) }
}

function withCursorKey({ source, position }: EditorQuestion, text: string, cursor: Cursor): Uint8Array {
  const isKey = cursor.place === 'key' && cursor.path[0] === 'values' && cursor.reference === null
  if (!isKey) return repaired(source, position, cursor)
  const lines = text.split('\n')
  const whole = [...(lines[position.line - 1] ?? '')]
  const typed = whole.slice(0, cursor.from - 1).join('')
  const behind = whole.slice(position.column - 1).join('')
  if (cursor.closers !== '')
    lines[position.line - 1] = `${typed}${cursorKey}: null,${/[\]}].*/.exec(behind)?.[0] ?? ''}`
  else if (/^[\s-]*$/.test(typed)) lines[position.line - 1] = `${typed}${cursorKey}:`
  const withKey = encodeUtf8(`${lines.join('\n')}\n`)
  return parseYaml(withKey).problem === null ? withKey : repaired(withKey, position, cursor)
}
