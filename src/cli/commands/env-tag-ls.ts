import { compareBytes } from '../../value/index.ts'
import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { environmentTagJson, environmentTagText } from '../environment-tag-text.ts'
import { outputFlag, timeStyle, utcFlag, wantsJson } from '../output-flag.ts'
import { pagerFlag, showPaged } from '../pages.ts'

/** `esc env tag ls`. */
export const command = environmentCommand({
  usage: '<environment>',
  summary: 'List the tags of an environment',
  examples: ['esc env tag ls acme/web/dev', 'esc env tag ls acme/web/dev --output json'],
  arguments: exactly(1),
  flags: { pager: pagerFlag, utc: utcFlag, output: outputFlag },
  refusesVersions: 'ls',
  async run({ api, reference, flags, world, out }) {
    const asJson = wantsJson(flags.output)
    const tags = [...(await api.listTags(reference))].sort(
      (a, b) => compareBytes(a.name.toLowerCase(), b.name.toLowerCase()) || compareBytes(a.name, b.name),
    )
    if (asJson) {
      out.json({ tags: tags.map(environmentTagJson) })
      return
    }
    const style = timeStyle(world, flags.utc)
    await showPaged(world, out, flags.pager, tags.map((tag) => environmentTagText(tag, style)).join(''))
  },
})
