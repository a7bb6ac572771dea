import { eastAsianWidth } from 'get-east-asian-width'
import { unicodePattern } from '../value/index.ts'

/** A column: its header, and whether it holds numbers and lines up on the right. */
export interface TableColumn {
  readonly header: string
  readonly numeric?: boolean
}

/** The lines of a table in light box drawing, headers in upper case. The caller prints nothing for an empty table. */
export function renderTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const headers = columns.map((column) => column.header.toUpperCase())
  const widths = columns.map((_, at) =>
    Math.max(...[headers, ...rows].map((row) => displayWidth(row[at] ?? ''))),
  )
  const rule = (left: string, middle: string, right: string) =>
    left + widths.map((width) => '─'.repeat(width + 2)).join(middle) + right
  const line = (row: readonly string[], header: boolean) =>
    `│${widths.map((width, at) => ` ${pad(row[at] ?? '', width, !header && columns[at]?.numeric === true)} `).join('│')}│`
  return `${[
    rule('┌', '┬', '┐'),
    line(headers, true),
    rule('├', '┼', '┤'),
    ...rows.map((row) => line(row, false)),
    rule('└', '┴', '┘'),
  ].join('\n')}\n`
}

function pad(text: string, width: number, right: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return right ? blanks + text : text + blanks
}

/** How many cells of a terminal a text takes. Combining marks take none. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code >= 0x80 && takesNoCell(character)) continue
    width += eastAsianWidth(code)
  }
  return width
}

let combining: RegExp | null = null

function takesNoCell(character: string): boolean {
  combining ??= unicodePattern('\\p{Mn}|\\p{Me}|\\p{Cf}')
  return combining.test(character)
}
