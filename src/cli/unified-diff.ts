import { type Edit, editScript } from './edit-script.ts'

const contextLines = 3

/**
 * The unified diff of two texts with three lines of context, `''` when they are equal. Removals stand before additions.
 * A count of 0 or 1 is left out of a hunk's head, and an empty text starts at line 1.
 */
export function unifiedDiff(names: { from: string; to: string }, from: string, to: string): string {
  if (from === to) return ''
  const script = orderEdits(editScript(splitLines(from), splitLines(to)))
  const hunks = hunksOf(script).map(printHunk).join('')
  return `--- ${names.from}\n+++ ${names.to}\n${hunks}`
}

/** Lines with their ends; a last line without an end stays without. */
function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** Puts the removals of each run of changes before its additions. */
function orderEdits(script: readonly Edit[]): readonly Edit[] {
  const ordered: Edit[] = []
  let additions: Edit[] = []
  for (const edit of script) {
    if (edit.kind === '+') {
      additions.push(edit)
      continue
    }
    if (edit.kind === ' ') {
      ordered.push(...additions)
      additions = []
    }
    ordered.push(edit)
  }
  return [...ordered, ...additions]
}

interface Hunk {
  readonly edits: readonly Edit[]
  readonly fromStart: number
  readonly toStart: number
}

function hunksOf(script: readonly Edit[]): readonly Hunk[] {
  const near = script.map(() => false)
  script.forEach((edit, at) => {
    if (edit.kind === ' ') return
    const last = Math.min(script.length - 1, at + contextLines)
    for (let line = Math.max(0, at - contextLines); line <= last; line += 1) near[line] = true
  })
  const hunks: Hunk[] = []
  let open: { edits: Edit[]; fromStart: number; toStart: number } | null = null
  let fromLine = 1
  let toLine = 1
  script.forEach((edit, at) => {
    if (near[at]) {
      if (open === null) {
        open = { edits: [], fromStart: fromLine, toStart: toLine }
        hunks.push(open)
      }
      open.edits.push(edit)
    } else open = null
    if (edit.kind !== '+') fromLine += 1
    if (edit.kind !== '-') toLine += 1
  })
  return hunks
}

function printHunk({ edits, fromStart, toStart }: Hunk): string {
  const from = edits.filter((edit) => edit.kind !== '+').length
  const to = edits.filter((edit) => edit.kind !== '-').length
  const span = (start: number, count: number) => (count > 1 ? `${start},${count}` : `${start}`)
  const lines = edits.map(({ kind, line }) =>
    line.endsWith('\n') ? `${kind}${line}` : `${kind}${line}\n\\ No newline at end of file\n`,
  )
  return `@@ -${span(fromStart, from)} +${span(toStart, to)} @@\n${lines.join('')}`
}
