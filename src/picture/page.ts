import type { Admitted, Reach } from '../trust/index.ts'
import { escapeMarkup } from './escape.ts'
import { order, type RoleView } from './graph.ts'
import { labelOf } from './label.ts'

const style = `
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem; color: #1b1f24; background: #ffffff; overflow-wrap: anywhere }
figure { margin: 1.5rem 0; overflow-x: auto; border: 1px solid #d1d9e0; border-radius: 8px }
figure:focus-visible { outline: 3px solid #0969da }
svg { display: block; margin: 0 auto }
h1 { line-height: 1.25 }
li { margin: 0.125rem 0 }
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.875em }
.open { border-left: 4px solid #9a6700; padding-left: 0.75rem }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #0d1117 } figure { border-color: #3d444d } figure:focus-visible { outline-color: #58a6ff } .open { border-color: #d29922 } }
@media print { figure { overflow: visible; border: 0 } svg { max-width: 100%; height: auto } }
`

/**
 * One HTML page that needs nothing else: the drawing, and below it everything it shows as lists, whole, for those who cannot see it
 * and for searching. No script runs on it, and its policy forbids any.
 */
export function renderPage(view: RoleView, svg: string, summary: string): string {
  const title = `Who can become the role of ${view.name}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeMarkup(title)}</h1>
<p>${escapeMarkup(summary)}</p>
<figure tabindex="0" aria-label="The drawing; it scrolls sideways where it is wider than the window.">
${svg}</figure>
${view.reaches.map(renderReach).join('\n')}
</main>
</body>
</html>
`
}

function renderReach({ role, admitted, truncated, open }: Reach): string {
  const count = `${admitted.length}${truncated ? ' or more' : ''}`
  return `<section>
<h2>${escapeMarkup(role)}: ${count} can become it</h2>
${open.isOpen ? renderOpen(open.example) : '<p>Nobody else: no name that does not exist yet would get in.</p>'}
${admitted.length === 0 ? '' : renderGroups(admitted)}
</section>`
}

function renderOpen(example: string | null): string {
  const shown = example === null ? '' : `, for example <code>${escapeMarkup(example)}</code>`
  return `<p class="open">Names that do not exist yet would get in too${shown}.</p>`
}

function renderGroups(admitted: readonly Admitted[]): string {
  const groups = Map.groupBy(admitted, (row) => labelOf(row).project)
  const sections = [...groups].sort(([a], [b]) => order(a, b))
  return sections
    .map(
      ([project, rows]) => `<h3>${escapeMarkup(project)}</h3>
<ul>
${rows
  .toSorted((a, b) => order(labelOf(a).line, labelOf(b).line))
  .map(renderRow)
  .join('\n')}
</ul>`,
    )
    .join('\n')
}

function renderRow(row: Admitted): string {
  const statements = row.statements.map((index) => index + 1).join(' and ')
  const condition = row.depends.length === 0 ? '' : `, if ${row.depends.join(' and ')} fits`
  const by = `by statement ${statements}${condition}`
  return `<li>${escapeMarkup(labelOf(row).line)}: <code>${escapeMarkup(row.subject)}</code>, ${escapeMarkup(by)}</li>`
}
