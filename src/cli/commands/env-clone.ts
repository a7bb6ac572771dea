import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { Failure, prefixed } from '../failure.ts'
import { toggle } from '../flags.ts'
import { fullName, parseReference } from '../reference.ts'

/** `esc env clone`. */
export const command = environmentCommand({
  usage: '[<org>/]<project>/<name> [<project>/]<name>',
  summary: 'Copy an environment',
  description: 'The copy is in the same organization; without a project, in the same project.',
  examples: ['esc env clone acme/web/dev staging', 'esc env clone acme/web/dev shop/dev --preserve-history'],
  arguments: exactly(2),
  flags: {
    'preserve-history': toggle('Copy all revisions, not just the latest text'),
    'preserve-access': toggle('Copy who may use it'),
    'preserve-env-tags': toggle('Copy the tags of the environment'),
    'preserve-rev-tags': toggle('Copy the tags of revisions'),
  },
  refusesVersions: 'clone',
  resolve: 'clone',
  hasProject: true,
  async run({ api, reference, args, flags, out }) {
    const target = parseReference(args[0] ?? '')
    if (target.version !== '') throw new Failure('the clone command does not accept versions')
    const [project, name] = target.parts.length === 1 ? [reference.project, target.parts[0]] : target.parts
    if (!project || !name || target.parts.length > 2) {
      throw new Failure(`invalid destination ${JSON.stringify(args[0])}: expected [<project>/]<name>`)
    }
    await prefixed('cloning environment', () =>
      api.cloneEnvironment(reference, {
        project,
        name,
        preserveHistory: flags['preserve-history'],
        preserveAccess: flags['preserve-access'],
        preserveEnvironmentTags: flags['preserve-env-tags'],
        preserveRevisionTags: flags['preserve-rev-tags'],
      }),
    )
    const copy = { organization: reference.organization, project, name }
    out.line(`Environment ${fullName(reference)} cloned into ${fullName(copy)}.`)
  },
})
