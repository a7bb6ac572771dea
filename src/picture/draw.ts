import { graphOf, type RoleView } from './graph.ts'
import { place } from './layout.ts'
import { renderPage } from './page.ts'
import { renderSvg } from './svg.ts'

/** The forms a picture comes in. */
export const pictureFormats = ['svg', 'html'] as const

/** `svg`: a drawing. `html`: a page with the drawing and everything it shows as text. */
export type PictureFormat = (typeof pictureFormats)[number]

/**
 * A picture of who can become a role: callers by project, the statements that let them in, the role; names that do not exist yet
 * in boxes of their own. Equal views give equal text.
 */
export async function drawReach(view: RoleView, format: PictureFormat): Promise<string> {
  const graph = graphOf(view)
  const summary = describe(view)
  const caption = { title: `Who can become the role of ${view.name}`, description: summary }
  const svg = renderSvg(await place(graph), caption)
  return format === 'svg' ? svg : renderPage(view, svg, summary)
}

function describe({ policy, reaches }: RoleView): string {
  const rows = reaches.flatMap(({ admitted }) => admitted)
  const statements = policy.statements.length === 1 ? '1 statement' : `${policy.statements.length} statements`
  const open = reaches.find((reach) => reach.open.isOpen)?.open
  const example = open?.example == null ? '' : `, for example ${open.example}`
  const later =
    open === undefined
      ? 'No name that does not exist yet would.'
      : `So could names that do not exist yet${example}.`
  const subjects = rows.length === 1 ? '1 subject' : `${rows.length} subjects`
  return `${subjects} can become the role by ${statements} of its trust policy. ${later}`
}
