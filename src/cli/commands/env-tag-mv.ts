import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { environmentTagText } from '../environment-tag-text.ts'
import { Failure } from '../failure.ts'
import { timeStyle, utcFlag } from '../output-flag.ts'

/** `esc env tag mv`. */
export const command = environmentCommand({
  usage: '<environment> <name> <new name>',
  summary: 'Rename a tag of an environment',
  examples: ['esc env tag mv acme/web/dev team owner'],
  arguments: exactly(3),
  flags: { utc: utcFlag },
  refusesVersions: 'tag',
  async run({ api, reference, args, flags, world, out }) {
    const [name = '', newName = ''] = args
    if (name === '' || newName === '') throw new Failure('environment tag name cannot be empty')
    const current = await api.tag(reference, name)
    const renamed = await api.updateTag(reference, name, current.value, { name: newName, value: '' })
    out.write(environmentTagText(renamed, timeStyle(world, flags.utc)))
  },
})
