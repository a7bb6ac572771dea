import type { EscApi, WireRevisionTag } from '../../client/index.ts'
import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { outputFlag, timeStyle, utcFlag, wantsJson } from '../output-flag.ts'
import { pagerFlag, showPaged } from '../pages.ts'
import type { Reference } from '../reference.ts'
import { personText } from '../revision-text.ts'
import { renderTable } from '../table.ts'
import { formatTime } from '../times.ts'

const pageSize = 500
const columns = [
  { header: 'name' },
  { header: 'revision', numeric: true },
  { header: 'modified' },
  { header: 'editor' },
]

/** `esc env version tag ls`. */
export const command = environmentCommand({
  usage: '<environment>',
  summary: 'List the tags of revisions',
  examples: ['esc env version tag ls acme/web/dev', 'esc env version tag ls acme/web/dev --output json'],
  arguments: exactly(1),
  flags: { pager: pagerFlag, utc: utcFlag, output: outputFlag },
  refusesVersions: 'ls',
  async run({ api, reference, flags, world, out }) {
    const asJson = wantsJson(flags.output)
    const tags = await allTags(api, reference)
    if (asJson) {
      out.json({
        tags: tags.map(({ name, revision, modified, editorLogin, editorName }) => ({
          name,
          revision,
          modified,
          editorLogin: editorLogin ?? '',
          editorName: editorName ?? '',
        })),
      })
      return
    }
    const style = timeStyle(world, flags.utc)
    const rows = tags.map((tag) => [
      tag.name,
      String(tag.revision),
      formatTime(tag.modified, style),
      personText(tag.editorName, tag.editorLogin),
    ])
    await showPaged(world, out, flags.pager, rows.length === 0 ? '' : renderTable(columns, rows))
  },
})

async function allTags(api: EscApi, reference: Reference): Promise<readonly WireRevisionTag[]> {
  const found: WireRevisionTag[] = []
  for (let after = ''; ; ) {
    const page = await api.listRevisionTags(reference, { after, count: pageSize })
    const last = page.at(-1)
    if (last === undefined || last.name === after) return found
    found.push(...page)
    after = last.name
  }
}
