import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { timeStyle } from '../output-flag.ts'
import { isRevisionNumber, resolveVersion } from '../resolve-version.ts'
import { outputlessUtc, revisionTagText, revisionText } from '../revision-text.ts'

/** `esc env version`. */
export const command = environmentCommand({
  usage: '<environment>@<version>',
  summary: 'Show a revision, or what a tag stands for',
  examples: ['esc env version acme/web/dev@3', 'esc env version acme/web/dev@stable --utc'],
  arguments: exactly(1),
  flags: outputlessUtc,
  async run({ api, reference, flags, world, out }) {
    const { version } = reference
    if (version === '') throw new Failure('please specify a version')
    const style = timeStyle(world, flags.utc)
    if (!isRevisionNumber(version)) {
      out.write(revisionTagText(await api.revisionTag(reference, version), style))
      return
    }
    const number = await resolveVersion(api, reference, version)
    const [revision] = await api.listRevisions(reference, { before: number + 1, count: 1 })
    if (revision === undefined || revision.number !== number)
      throw new Failure(`revision ${number} does not exist`)
    out.write(revisionText(revision, style))
  },
})
