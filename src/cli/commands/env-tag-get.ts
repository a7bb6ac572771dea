import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { environmentTagJson, environmentTagText } from '../environment-tag-text.ts'
import { Failure } from '../failure.ts'
import { outputFlag, timeStyle, utcFlag, wantsJson } from '../output-flag.ts'

/** `esc env tag get`. */
export const command = environmentCommand({
  usage: '<environment> <name>',
  summary: 'Show one tag of an environment',
  examples: ['esc env tag get acme/web/dev team'],
  arguments: exactly(2),
  flags: { utc: utcFlag, output: outputFlag },
  refusesVersions: 'get',
  async run({ api, reference, args, flags, world, out }) {
    const asJson = wantsJson(flags.output)
    const [name = ''] = args
    if (name === '') throw new Failure('environment tag name cannot be empty')
    const tag = await api.tag(reference, name)
    if (asJson) out.json(environmentTagJson(tag))
    else out.write(environmentTagText(tag, timeStyle(world, flags.utc)))
  },
})
