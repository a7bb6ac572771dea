import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { Failure } from '../failure.ts'

/** `esc env version tag rm`. */
export const command = environmentCommand({
  usage: '<environment>@<tag>',
  summary: 'Remove a tag of a revision; the revision stays',
  examples: ['esc env version tag rm acme/web/dev@stable'],
  arguments: exactly(1),
  flags: {},
  async run({ api, reference }) {
    if (reference.version === '') throw new Failure('please specify a tagged version to remove')
    await api.deleteRevisionTag(reference, reference.version)
  },
})
