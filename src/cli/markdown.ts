import type { Output } from './output.ts'
import { escapeControls } from './terminal-text.ts'

/**
 * Writes Markdown: as it is, or on a terminal with colours: headings bold, fences faint, removed lines of a diff red, added
 * ones green. What a terminal would obey is shown instead.
 */
export function writeMarkdown(out: Output, text: string): void {
  if (!out.colors.isColorSupported) out.write(text)
  else out.painted(paintMarkdown(escapeControls(text), out.colors))
}

/** The lines of a Markdown text, coloured. */
export function paintMarkdown(text: string, colors: Output['colors']): string {
  let inDiff = false
  return text
    .split('\n')
    .map((line) => {
      if (line.startsWith('```')) {
        inDiff = line === '```diff'
        return colors.dim(line)
      }
      if (inDiff) return paintDiffLine(line, colors)
      return line.startsWith('# ') ? colors.bold(line) : line
    })
    .join('\n')
}

function paintDiffLine(line: string, colors: Output['colors']): string {
  if (line.startsWith('--- ') || line.startsWith('+++ ')) return colors.bold(line)
  if (line.startsWith('-')) return colors.red(line)
  if (line.startsWith('+')) return colors.green(line)
  return line.startsWith('@@') ? colors.cyan(line) : line
}
