import { atMost } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { isError, printLong } from '../diagnostics.ts'
import { DefinitionFailure, prefixed } from '../failure.ts'
import { text } from '../flags.ts'
import { readSource } from '../read-source.ts'
import { fullName } from '../reference.ts'

/** `esc env init`. */
export const command = environmentCommand({
  usage: '<environment>',
  summary: 'Create an environment',
  description: `The new environment is empty, or holds the definition of a file. When clouds trusted an environment of this name that is gone,
only an administrator can make another, by saying the subject that its tokens will carry: roles that trust it will let it in.`,
  examples: [
    'esc env init acme/web/dev',
    'esc env init acme/web/dev --file dev.yaml',
    'esc env init web/dev -f - <dev.yaml',
  ],
  arguments: atMost(1),
  flags: {
    file: text('The definition; `-` is stdin', { short: 'f', placeholder: 'file' }),
    'confirm-subject': text('The subject that the environment takes over from one that is gone', {
      placeholder: 'subject',
    }),
  },
  refusesVersions: 'init',
  resolve: 'create',
  async run({ flags, world, api, reference, out }) {
    const source =
      flags.file === ''
        ? null
        : await prefixed('reading environment definition', () => readSource(world, flags.file))
    await prefixed('creating environment', () =>
      api.createEnvironment(reference, flags['confirm-subject'] || undefined),
    )
    out.line(`Environment created: ${fullName(reference)}`)
    if (source === null) return
    const write = () => api.updateDefinition(reference, source)
    const { diagnostics } = await prefixed('updating environment definition', write)
    printLong(out, diagnostics, { environment: `${reference.project}/${reference.name}`, source })
    if (diagnostics.some(isError))
      throw new DefinitionFailure('updating environment definition: too many errors')
  },
})
