import type { CheckedEnvironment, WireRange } from '../../client/index.ts'
import type { OutputFormat } from '../../output/index.ts'
import type { ExportedValue, PropertyPath } from '../../value/index.ts'
import { between } from '../argument-count.ts'
import { definedAt } from '../checked.ts'
import { type EnvironmentCall, environmentCommand } from '../command.ts'
import { isBlank, shownDefinition, shownValue, valueJson } from '../definition-view.ts'
import { Failure, prefixed } from '../failure.ts'
import { text, toggle } from '../flags.ts'
import { writeMarkdown } from '../markdown.ts'
import { pathArgument } from '../property-path-argument.ts'
import { atVersion } from '../reference.ts'
import { checkFormat, renderChecked } from '../value-output.ts'

const flags = {
  definition: toggle('Print only the definition'),
  value: text('Print only the value: json, string, detailed, dotenv or shell', { placeholder: 'format' }),
  'show-secrets': toggle('Show stored secrets in clear'),
}

type Call = EnvironmentCall<typeof flags>

/** `esc env get`. */
export const command = environmentCommand({
  usage: '<environment>[@<version>] [<property path>]',
  summary: 'Show a definition and its value, without opening it',
  description: `No provider is asked: what only opening can tell prints as [unknown], stored secrets as [secret].
With a path, also where the value is defined: in this environment and in what it imports.`,
  examples: [
    'esc env get acme/web/dev',
    'esc env get acme/web/dev aws.region',
    'esc env get acme/web/dev@stable --definition',
  ],
  arguments: between(1, 2),
  flags,
  async run(call) {
    const { flags, args, out, api, reference } = call
    if (flags.definition && call.given.has('value')) {
      throw new Failure('`--value` and `--definition` flags cannot be used together')
    }
    const path = args[0] === undefined || args[0] === '' ? null : pathArgument(args[0], 'invalid path')
    const format = flags.value === '' ? null : checkFormat(flags.value, path !== null)
    const { source } = await prefixed('getting environment definition', () =>
      api.readDefinition(reference, { ...atVersion(reference), decrypt: flags['show-secrets'] }),
    )
    if (flags.definition) {
      out.write(shownDefinition(source, path) ?? '')
    } else if (format !== null) {
      await printValue(call, source, path, format)
    } else await printAll(call, source, path)
  },
})

async function check(call: Call, source: Uint8Array, prefix: string): Promise<CheckedEnvironment> {
  if (isBlank(source)) return { diagnostics: [] }
  const { api, reference, flags } = call
  const work = () =>
    api.checkDefinition(reference.organization, source, { showSecrets: flags['show-secrets'] })
  return prefixed(prefix, work)
}

async function printValue(
  call: Call,
  source: Uint8Array,
  path: PropertyPath | null,
  format: OutputFormat,
): Promise<void> {
  const checked = await check(call, source, 'getting environment')
  const value = shownValue(checked, source, path)
  if (value !== null) call.out.write(await renderChecked(value, format, call.flags['show-secrets']))
}

async function printAll(call: Call, source: Uint8Array, path: PropertyPath | null): Promise<void> {
  const definition = shownDefinition(source, path)
  const isImport = path?.[0] === 'imports'
  const checked = isImport ? null : await check(call, source, 'getting environment metadata')
  const value = checked === null ? null : shownValue(checked, source, path)
  const places = checked === null || path === null ? [] : definedAt(checked, path, definition !== null)
  writeMarkdown(call.out, markdown({ value, definition, places }, call))
}

interface Shown {
  readonly value: ExportedValue | null
  readonly definition: string | null
  readonly places: readonly WireRange[]
}

function markdown({ value, definition, places }: Shown, { flags, reference }: Call): string {
  const parts: string[] = []
  if (value !== null) parts.push(`# Value\n\`\`\`json\n${valueJson(value, flags['show-secrets'])}\n\`\`\`\n`)
  if (definition !== null) parts.push(`# Definition\n\`\`\`yaml\n${definition}\n\`\`\`\n`)
  if (places.length > 0) {
    const lines = places.map(({ environment = '', begin }) => {
      const name = environment === '<yaml>' ? reference.name : environment
      return `- ${name}:${begin.line}:${begin.column}\n`
    })
    parts.push(`\n# Defined at\n${lines.join('')}`)
  }
  return `${parts.join('')}\n`
}
