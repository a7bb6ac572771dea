import { isApiError } from '../../client/index.ts'
import { between } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { resolveVersion } from '../resolve-version.ts'
import { outputlessUtc } from '../revision-text.ts'

/** `esc env version tag`. */
export const command = environmentCommand({
  usage: '<environment>@<tag> [@<version>]',
  summary: 'Make a tag stand for a revision: the latest, or the one that is named',
  examples: ['esc env version tag acme/web/dev@stable', 'esc env version tag acme/web/dev@stable @3'],
  arguments: between(1, 2),
  flags: outputlessUtc,
  async run({ api, reference, args }) {
    const tag = reference.version
    if (tag === '') throw new Failure('please specify a name for the tagged version')
    const wanted = (args[0] ?? '').replace(/^@/, '') || 'latest'
    const revision = await resolveVersion(api, reference, wanted)
    try {
      await api.updateRevisionTag(reference, tag, revision)
    } catch (error) {
      if (!isApiError(error, 404)) throw error
      await api.createRevisionTag(reference, tag, revision)
    }
  },
})
