import { escapeMarkup } from './escape.ts'
import { measures, type Placed, type PlacedArrow, type PlacedBox, textWidth } from './layout.ts'

/** What the picture is called and what it shows, for those who cannot see it. */
export interface Caption {
  readonly title: string
  readonly description: string
}

// Colours stay apart in both schemes and are never the only sign: kinds differ in their border too.
const style = `
svg { --ground: #ffffff; --ink: #1b1f24; --soft: #57606a; --callers: #ddf4ff; --callers-line: #0969da; --allow: #dafbe1; --allow-line: #1a7f37; --deny: #ffebe9; --deny-line: #cf222e; --open: #fff8c5; --open-line: #9a6700; --denied: #f6f8fa; --denied-line: #8c959f; --role: #fbefff; --role-line: #8250df }
@media (prefers-color-scheme: dark) { svg { --ground: #0d1117; --ink: #e6edf3; --soft: #9198a1; --callers: #0c2d6b; --callers-line: #58a6ff; --allow: #04260f; --allow-line: #3fb950; --deny: #490202; --deny-line: #f85149; --open: #341a00; --open-line: #d29922; --denied: #161b22; --denied-line: #656c76; --role: #271052; --role-line: #a371f7 } }
.ground { fill: var(--ground) }
text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: var(--ink) }
.heading { font-weight: 600 }
rect.box { stroke-width: 1.5 }
.callers .box { fill: var(--callers); stroke: var(--callers-line) }
.allow .box { fill: var(--allow); stroke: var(--allow-line) }
.deny .box { fill: var(--deny); stroke: var(--deny-line); stroke-width: 2.5 }
.open .box { fill: var(--open); stroke: var(--open-line); stroke-dasharray: 6 4 }
.denied .box { fill: var(--denied); stroke: var(--denied-line); stroke-dasharray: 2 3 }
.role .box { fill: var(--role); stroke: var(--role-line); stroke-width: 2.5 }
path.arrow { fill: none; stroke: var(--soft); stroke-width: 1.5 }
path.arrow.open { stroke-dasharray: 6 4 }
path.arrow.deny { stroke: var(--deny-line); stroke-dasharray: 2 3 }
marker path { fill: var(--soft) }
`

/** A drawing as one SVG document: no script, nothing from elsewhere, every name escaped. */
export function renderSvg(placed: Placed, { title, description }: Caption): string {
  const { width, height } = placed
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="picture-title picture-description">
<title id="picture-title">${escapeMarkup(title)}</title>
<desc id="picture-description">${escapeMarkup(description)}</desc>
<style>${style}</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>
<rect class="ground" width="${width}" height="${height}"/>
${placed.arrows.map(renderArrow).join('\n')}
${placed.boxes.map(renderBox).join('\n')}
</svg>
`
}

function renderArrow({ arrow, points }: PlacedArrow): string {
  const path = points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('')
  return `<path class="arrow ${arrow.kind}" data-from="${arrow.from}" data-to="${arrow.to}" d="${path}" marker-end="url(#head)"/>`
}

function renderBox({ box, title, lines, x, y, width, height }: PlacedBox): string {
  const left = x + measures.padding
  const first = y + measures.title + measures.line - 4
  const cut = [title, ...lines].filter(({ text, full }) => text !== full).map(({ full }) => full)
  const rows = lines.map(({ text, indent }, index) =>
    renderText(text, left + indent, first + index * measures.line, 'line'),
  )
  return [
    `<g class="${box.kind}" id="${box.id}">`,
    ...(cut.length === 0 ? [] : [`<title>${escapeMarkup(cut.join('\n'))}</title>`]),
    `<rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`,
    renderText(title.text, left, y + 18, 'heading'),
    ...rows,
    '</g>',
  ].join('\n')
}

// `textLength` holds the width that the layout reckoned with, whatever font the reader has.
function renderText(text: string, x: number, y: number, kind: string): string {
  const shown = escapeMarkup(text)
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}" textLength="${textWidth(text)}" lengthAdjust="spacingAndGlyphs">${shown}</text>`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
