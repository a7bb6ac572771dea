import type { WireDiagnostic, WireRange } from '../client/index.ts'
import { compareBytes, decodeUtf8 } from '../value/index.ts'
import { definitionErrorsCode, hasExitClasses } from './exit-code.ts'
import { Exit } from './failure.ts'
import type { Output } from './output.ts'
import type { World } from './world.ts'

/** The text that a server was sent, and the name it knows it by (`project/env`), for quoting lines. */
export interface Quotable {
  readonly environment: string
  readonly source: Uint8Array
}

/** Whether a finding is an error; an absent severity means so. */
export function isError(diagnostic: WireDiagnostic): boolean {
  return diagnostic.severity !== 'warning'
}

/** Findings in the order they are shown: rangeless first, then environment, line, column. */
export function sortDiagnostics(diagnostics: readonly WireDiagnostic[]): readonly WireDiagnostic[] {
  return [...diagnostics].sort((a, b) => compareRanges(a.range, b.range))
}

function compareRanges(a: WireRange | undefined, b: WireRange | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1)
  return (
    compareBytes(a.environment ?? '', b.environment ?? '') ||
    a.begin.line - b.begin.line ||
    a.begin.column - b.begin.column
  )
}

/**
 * Prints findings to stderr in short form. They are no failure, as scripts expect of the original, unless
 * `OPENESC_STRICT=1` asks for exit code 1 when there are errors.
 */
export function reportShort(
  { out, world }: { readonly out: Output; readonly world: World },
  diagnostics: readonly WireDiagnostic[],
): void {
  printShort(out, diagnostics)
  if (!diagnostics.some(isError)) return
  if (hasExitClasses(world)) throw new Exit(definitionErrorsCode)
  if (isStrict(world)) throw new Exit(1)
}

/** Whether errors in a definition are failures of the command. */
export function isStrict({ processEnv }: World): boolean {
  return processEnv['OPENESC_STRICT'] === '1'
}

/** Prints findings to stderr, a line each: `<environment>:<line>:<column>: <summary>`, detail indented below. */
function printShort(out: Output, diagnostics: readonly WireDiagnostic[]): void {
  for (const { range, summary, detail, severity } of sortDiagnostics(diagnostics)) {
    const place =
      range === undefined ? '' : `${range.environment ?? ''}:${range.begin.line}:${range.begin.column}: `
    const paint = severity === 'warning' ? out.errorColors.yellow : out.errorColors.red
    out.note(paint(`${place}${summary}`))
    if (detail) out.note(detail.replace(/^/gm, '  '))
  }
}

/** Prints findings to stderr with the lines of the text that they are about. */
export function printLong(out: Output, diagnostics: readonly WireDiagnostic[], text: Quotable): void {
  if (diagnostics.length > 0) out.note(renderLong(diagnostics, text, out.errorColors).replace(/\n$/, ''))
}

interface Paint {
  readonly red: (text: string) => string
  readonly yellow: (text: string) => string
}

const plain: Paint = { red: (text) => text, yellow: (text) => text }

/** Findings with the lines of the text that they are about, each followed by an empty line. */
export function renderLong(
  diagnostics: readonly WireDiagnostic[],
  text: Quotable,
  paint: Paint = plain,
): string {
  const lines = decodeUtf8(text.source).split('\n')
  return sortDiagnostics(diagnostics)
    .map(({ severity, summary, range, detail }) => {
      const heading = severity === 'warning' ? paint.yellow('Warning:') : paint.red('Error:')
      const where = range === undefined ? '' : `${place(range, text.environment, lines)}\n\n`
      const quoted = detail && range === undefined ? malformedLine(detail, text.environment, lines) : ''
      return `${heading} ${summary}\n\n${where}${quoted || (detail ? `${detail}\n\n` : '')}`
    })
    .join('')
}

/** The line of a text that is no YAML, as a server tells its place: `at <environment>:<line>:<column>`. */
function malformedLine(detail: string, known: string, lines: readonly string[]): string {
  const [, environment, line, column] = /^at (.+):(\d+):(\d+)$/.exec(detail) ?? []
  if (environment !== known || lines[Number(line) - 1] === undefined) return ''
  const begin = { line: Number(line), column: Number(column), byte: 0 }
  const pointer = begin.column > longestLine ? '' : `\n${' '.repeat(begin.column + 5)}^`
  return `${place({ environment, begin, end: begin }, known, lines)}${pointer}\n\n`
}

/** Of a longer line only the beginning is shown. */
const longestLine = 200

function clipped(line: string): string {
  return line.length <= longestLine ? line : `${line.slice(0, longestLine)}…`
}

function place(range: WireRange, known: string, lines: readonly string[]): string {
  const { environment = '', begin, end } = range
  const head = `  on ${environment} line ${begin.line}:`
  if (environment !== known) return `${head}\n  (source code not available)`
  const last = end.line > begin.line && end.column <= 1 ? end.line - 1 : Math.max(end.line, begin.line)
  const quoted: string[] = []
  for (let line = begin.line; line <= last && line <= lines.length; line += 1) {
    quoted.push(`${String(line).padStart(4)}: ${clipped(lines[line - 1] ?? '')}`)
  }
  return [head, ...quoted].join('\n')
}
