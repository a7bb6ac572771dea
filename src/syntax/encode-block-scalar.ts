/** A block scalar's parts: what stands on the line of its `|` or `>`, and the lines below. */
export interface BlockScalarText {
  readonly header: string
  /** Every line with its break, except that of a text without a trailing newline. */
  readonly body: string
  /** Whether an empty line belongs behind it (a folded text whose last line break reads as one). */
  readonly blankBehind: boolean
}

/**
 * The block form of a text: the chomping sign that it needs, and an indentation digit when it begins with a
 * blank or a newline.
 *
 * @param indent the column of the text's lines
 * @param parentIndent the column that the digit counts from
 */
export function blockScalarText(
  text: string,
  folded: boolean,
  indent: number,
  parentIndent: number,
): BlockScalarText {
  const digit = /^[ \t\n]/.test(text) ? String(indent - parentIndent) : ''
  const chomping = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : ''
  const lines = text.split('\n')
  const margin = ' '.repeat(indent)
  const written = lines.map((line) => (line === '' ? '' : margin + line))
  const body = folded ? foldedLines(lines, written) : written.join('\n')
  return {
    header: `${folded ? '>' : '|'}${digit}${chomping}`,
    body,
    blankBehind: folded && chomping === '' && !/^[ \t]/.test(text) && !/^[ \t]/.test(lines.at(-2) ?? ''),
  }
}

/**
 * Joins lines so that folding gives them back: between two ordinary lines one break more than in the text, beside
 * lines that begin with a blank as many, for those are not folded.
 */
function foldedLines(lines: readonly string[], written: readonly string[]): string {
  const parts: string[] = []
  let before = ''
  for (const [i, line] of lines.entries()) {
    if (i > 0) parts.push('\n')
    if (line === '') continue
    if (before !== '' && isOrdinary(before) && isOrdinary(line)) parts.push('\n')
    parts.push(written[i]!)
    before = line
  }
  return parts.join('')
}

function isOrdinary(line: string): boolean {
  return !/^[ \t]/.test(line)
}
