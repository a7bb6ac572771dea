import type { OutputFormat } from '../../output/index.ts'
import type { PropertyPath } from '../../value/index.ts'
import { between } from '../argument-count.ts'
import { type EnvironmentCall, environmentCommand } from '../command.ts'
import { isBlank, shownDefinition, shownValue, valueJson } from '../definition-view.ts'
import { prefixed } from '../failure.ts'
import { text, toggle } from '../flags.ts'
import { writeMarkdown } from '../markdown.ts'
import { pathArgument } from '../property-path-argument.ts'
import { atVersion, fullReference, type Reference } from '../reference.ts'
import { resolveRelative } from '../resolve-reference.ts'
import { unifiedDiff } from '../unified-diff.ts'
import { checkFormat, renderChecked } from '../value-output.ts'

const flags = {
  format: text('Compare one rendering of the value: json, string, detailed, dotenv or shell', { short: 'f' }),
  'show-secrets': toggle('Show stored secrets in clear'),
  path: text('Compare only what is at this property path'),
}

type Call = EnvironmentCall<typeof flags>

/** `esc env diff`. */
export const command = environmentCommand({
  usage: '<environment>[@<version>] [[<environment>]@<version>]',
  summary: 'Compare two versions or two environments',
  description:
    'Compares values and definitions, without opening. Both default to the latest version; `@3` alone is of the same environment.',
  examples: [
    'esc env diff acme/web/dev@stable',
    'esc env diff acme/web/dev@3 @4',
    'esc env diff acme/web/dev acme/web/prod',
  ],
  arguments: between(1, 2),
  flags,
  async run(call) {
    const { flags, args, out } = call
    const base = call.reference.version === '' ? { ...call.reference, version: 'latest' } : call.reference
    const other = await resolveRelative(args[0] ?? '@latest', base, call)
    const path = flags.path === '' ? null : pathArgument(flags.path, 'invalid path')
    const format = flags.format === '' ? null : checkFormat(flags.format, path !== null)
    const [from, to] = await Promise.all([side(call, base, path, format), side(call, other, path, format)])
    const names = { from: fullReference(base), to: fullReference(other) }
    if (format !== null) {
      out.write(unifiedDiff(names, from.value, to.value))
      return
    }
    writeMarkdown(out, section('Value', unifiedDiff(names, from.value, to.value)))
    writeMarkdown(out, section('Definition', unifiedDiff(names, from.definition, to.definition)))
  },
})

interface Side {
  readonly value: string
  readonly definition: string
}

async function side(
  call: Call,
  reference: Reference,
  path: PropertyPath | null,
  format: OutputFormat | null,
): Promise<Side> {
  const { api, flags } = call
  const showSecrets = flags['show-secrets']
  const { source } = await prefixed('getting environment definition', () =>
    api.readDefinition(reference, { ...atVersion(reference), decrypt: showSecrets }),
  )
  if (isBlank(source)) return { value: '', definition: '' }
  const checked = await prefixed('getting environment metadata', () =>
    api.checkDefinition(reference.organization, source, { showSecrets }),
  )
  const value = shownValue(checked, source, path)
  return {
    value:
      value === null
        ? ''
        : format === null
          ? valueJson(value, showSecrets)
          : await renderChecked(value, format, showSecrets),
    definition: shownDefinition(source, path) ?? '',
  }
}

function section(title: string, diff: string): string {
  return diff === '' ? '' : `# ${title}\n\`\`\`diff\n${diff}\n\`\`\`\n`
}
