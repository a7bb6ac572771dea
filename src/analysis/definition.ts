import type { Range } from '../diag/index.ts'
import { describeAt } from '../eval/index.ts'
import type { PropertyPath } from '../value/index.ts'
import { type EditorHost, type EditorQuestion, type Inquiry, inquire } from './editor-host.ts'
import { type CheckedDefinition, memberAt, wholeValue } from './known-environment.ts'
import { referenceAt } from './reference-steps.ts'

/**
 * Where the thing under a position is defined: the value that a step of a `${…}` reaches, in this text or an import's, or the start
 * of an imported environment. `null` when nothing under it has a definition. Works on text that is no YAML yet.
 */
export async function definitionAt(question: EditorQuestion, host: EditorHost): Promise<Range | null> {
  const inquiry = await inquire(question, host, { typing: false })
  if (inquiry.cursor.isComment) return null
  const reference = referenceAt(inquiry.text, inquiry.position)
  if (reference !== null) return await definitionOf(reference, inquiry)
  const name = importAt(inquiry)
  return name === null || (await inquiry.lookUp(name)) === null ? null : startOf(name)
}

/** What to tell about the thing under a position (language specification §14), on text that is no YAML yet too. */
export async function hoverAt(question: EditorQuestion, host: EditorHost): Promise<string | null> {
  const { checked, cursor } = await inquire(question, host, { typing: false })
  if (checked === null || cursor.isComment) return null
  // Without a byte, the lines and columns decide.
  return describeAt(checked.environment, { ...question.position, byte: -1 })
}

async function definitionOf(path: PropertyPath, { checked, lookUp }: Inquiry): Promise<Range | null> {
  const [first, second, third] = path
  const isElsewhere = first === 'imports' || first === 'environments'
  if (!isElsewhere) return checked === null ? null : placeOf(checked, path)
  const length = first === 'imports' ? 2 : 3
  if (path.length < length) return null
  const name = first === 'imports' ? String(second) : `${second}/${third}`
  const target = await lookUp(name)
  if (target === null) return null
  return path.length === length ? startOf(name) : placeOf(target, path.slice(length))
}

function placeOf(checked: CheckedDefinition, path: PropertyPath): Range | null {
  const def = memberAt(wholeValue(checked), path)?.value.trace.def
  return def === undefined || def.begin.line === 0 ? null : def
}

function importAt({ position, checked, cursor }: Inquiry): string | null {
  if (checked === null || cursor.path[0] !== 'imports') return null
  const found = (checked.definition.imports ?? []).find(
    ({ syntax }) =>
      syntax !== null &&
      syntax.range.begin.line <= position.line &&
      position.line <= syntax.range.end.line &&
      (syntax.range.begin.line !== syntax.range.end.line ||
        (syntax.range.begin.column <= position.column && position.column <= syntax.range.end.column)),
  )
  return found?.name?.value ?? null
}

function startOf(environment: string): Range {
  const start = { line: 1, column: 1, byte: 0 }
  return { environment, begin: start, end: start }
}
