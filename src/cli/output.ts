import { encodeUtf8, NumberText, type PlainValue, stringifyJson } from '../value/index.ts'
import { type Colors, createColors } from './colors.ts'
import { renderTable, type TableColumn } from './table.ts'
import { escapeControls } from './terminal-text.ts'
import type { World } from './world.ts'

/** Where a command's words go: results to stdout, all else to stderr. */
export interface Output {
  /** Writes a result as it is. On a terminal, control characters in it are shown, not obeyed. */
  readonly write: (text: string) => void
  /** Writes a line of result. */
  readonly line: (text?: string) => void
  /** Writes our own words with colours in them, as they are. */
  readonly painted: (text: string) => void
  /** Writes words for the person, a line to stderr. Control characters in it are shown, not obeyed. */
  readonly note: (text: string) => void
  /** Writes a value as JSON with two spaces and a final newline. */
  readonly json: (value: unknown) => void
  /** Writes a table; nothing when it has no rows. */
  readonly table: (columns: readonly TableColumn[], rows: readonly (readonly string[])[]) => void
  /** Colours for stdout and stderr, plain when they are no terminals. */
  readonly colors: Colors
  readonly errorColors: Colors
}

/** The output of a world. `NO_COLOR` turns colours off on terminals too. */
export function createOutput(world: World): Output {
  const colored = !world.processEnv['NO_COLOR'] && world.processEnv['TERM'] !== 'dumb'
  const write = (text: string) =>
    world.stdout.write(encodeUtf8(world.stdout.isTerminal ? escapeControls(text) : text))
  return {
    write,
    line: (text = '') => write(`${text}\n`),
    painted: (text) => world.stdout.write(encodeUtf8(text)),
    note: (text) => world.stderr.write(encodeUtf8(`${escapeControls(text, { keepColors: true })}\n`)),
    json: (value) => write(`${jsonText(value)}\n`),
    table: (columns, rows) => {
      if (rows.length > 0) write(renderTable(columns, rows))
    },
    colors: createColors(colored && world.stdout.isTerminal),
    errorColors: createColors(colored && world.stderr.isTerminal),
  }
}

/** JSON text of plain JavaScript data with two spaces, members in their order, `<>&` escaped. */
export function jsonText(value: unknown): string {
  return stringifyJson(toPlain(value), { indent: 2, sortKeys: false })
}

function toPlain(value: unknown): PlainValue {
  if (value instanceof NumberText) return value
  if (typeof value === 'number') return new NumberText(String(value))
  if (Array.isArray(value)) return value.map(toPlain)
  if (typeof value === 'object' && value !== null) {
    const plain: Record<string, PlainValue> = Object.create(null)
    for (const [key, member] of Object.entries(value)) if (member !== undefined) plain[key] = toPlain(member)
    return plain
  }
  return value as PlainValue
}
