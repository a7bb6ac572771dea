import type { EscApi, WireRevision } from '../../client/index.ts'
import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { outputFlag, timeStyle, utcFlag, wantsJson } from '../output-flag.ts'
import { pagerFlag, showPaged } from '../pages.ts'
import type { Reference } from '../reference.ts'
import { resolveVersion } from '../resolve-version.ts'
import { revisionText } from '../revision-text.ts'

const pageSize = 500

/** `esc env version history`. */
export const command = environmentCommand({
  usage: '<environment>[@<version>]',
  summary: 'List revisions, newest first; with a version, from that one down',
  examples: [
    'esc env version history acme/web/dev',
    'esc env version history acme/web/dev@stable --output json',
  ],
  arguments: exactly(1),
  flags: { pager: pagerFlag, utc: utcFlag, output: outputFlag },
  async run({ api, reference, flags, world, out }) {
    const asJson = wantsJson(flags.output)
    const revisions = await revisionsFrom(api, reference)
    if (asJson) {
      out.json({ revisions })
      return
    }
    const style = timeStyle(world, flags.utc)
    const text = revisions.map((revision) => `${revisionText(revision, style)}\n`).join('')
    await showPaged(world, out, flags.pager, text)
  },
})

async function revisionsFrom(api: EscApi, reference: Reference): Promise<readonly WireRevision[]> {
  const { version } = reference
  let before = version === '' ? 0 : (await resolveVersion(api, reference, version)) + 1
  const found: WireRevision[] = []
  for (;;) {
    const page = await api.listRevisions(reference, { before, count: pageSize })
    const last = page.at(-1)
    if (last === undefined) return found
    found.push(...page)
    // Revision 1 is the oldest there can be: no further page is asked for.
    if (last.number <= 1 || last.number === before) return found
    before = last.number
  }
}
