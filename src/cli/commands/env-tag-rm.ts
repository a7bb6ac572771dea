import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { Failure } from '../failure.ts'

/** `esc env tag rm`. */
export const command = environmentCommand({
  usage: '<environment> <name>',
  summary: 'Remove a tag of an environment',
  examples: ['esc env tag rm acme/web/dev team'],
  arguments: exactly(2),
  flags: {},
  refusesVersions: 'rm',
  async run({ api, reference, args, out }) {
    const [name = ''] = args
    if (name === '') throw new Failure('environment tag name cannot be empty')
    await api.deleteTag(reference, name)
    out.line(`Successfully deleted environment tag: ${name}`)
  },
})
