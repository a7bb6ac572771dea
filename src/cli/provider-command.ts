import type { YamlNode } from '../syntax/index.ts'
import { between } from './argument-count.ts'
import { type Command, type EnvironmentCall, environmentCommand } from './command.ts'
import { encodeDefinition, parseDefinition, recordNode, setInDefinition } from './definition-edit.ts'
import {
  draftFlag,
  isDraftId,
  type ReadDefinition,
  readForWrite,
  writeDefinition,
} from './definition-write.ts'
import { isError, printLong } from './diagnostics.ts'
import { apiErrorOf, DefinitionFailure, Failure, prefixed } from './failure.ts'
import { type FlagTable, type FlagValues, text, toggle } from './flags.ts'
import { pathArgument } from './property-path-argument.ts'
import { fullName } from './reference.ts'

/** One helper that writes the block of a provider. */
export interface ProviderSpec<F extends FlagTable> {
  /** The provider: `aws-login`. */
  readonly provider: string
  readonly summary: string
  readonly examples: readonly string[]
  /** Its own arguments, as words: `role-arn`. */
  readonly words: readonly string[]
  /** Where the block goes by default: `aws.login`. */
  readonly path: string
  readonly flags: F
  /** The inputs of the provider; `args` are as many as `words`. */
  readonly inputs: (args: readonly string[], flags: FlagValues<F>) => YamlNode
}

const commonFlags = {
  path: text('Where the block goes', { placeholder: 'property path' }),
  create: toggle('Create the environment when there is none'),
  draft: draftFlag,
}

/** The command of a helper. Its block replaces what stands at the path; the rest of the definition stays. */
export function providerCommand<F extends FlagTable>(spec: ProviderSpec<F>): Command {
  const { words } = spec
  return environmentCommand({
    usage: ['<environment>', ...words.map((word) => `<${word}>`)].join(' '),
    summary: spec.summary,
    description: `[EXPERIMENTAL] Writes fn::open::${spec.provider} at ${spec.path}, or at --path, in the values.`,
    examples: spec.examples,
    arguments: between(words.length, words.length + 1),
    flags: {
      ...spec.flags,
      ...commonFlags,
      path: text('Where the block goes', { initial: spec.path, placeholder: 'property path' }),
    },
    refusesVersions: 'provider',
    async run(call) {
      const common = call.flags as unknown as FlagValues<typeof commonFlags>
      if (call.args.length < words.length) throw new Failure(`expected ${listed(words)}`)
      const path = pathArgument(common.path, 'invalid --path')
      if (path.length === 0) throw new Failure('invalid --path: path must contain at least one element')
      const inputs = spec.inputs(call.args, call.flags as unknown as FlagValues<F>)
      const { source, etag } = await readOrCreate(call, common)
      const node = recordNode([[`fn::open::${spec.provider}`, inputs]])
      const changed = encodeDefinition(setInDefinition(parseDefinition(source), path, node))
      await finish(call, { source: changed, etag }, common.draft)
    },
  })
}

type AnyCall = EnvironmentCall<FlagTable>

async function readOrCreate(
  call: AnyCall,
  { draft, create }: { readonly draft: string; readonly create: boolean },
): Promise<ReadDefinition> {
  const { api, reference, out } = call
  try {
    return await readForWrite(call, draft)
  } catch (error) {
    if (apiErrorOf(error)?.code !== 404 || isDraftId(draft)) throw error
    const name = fullName(reference)
    if (!create) {
      const advice = `pass --create to create it, or run \`esc env init ${name}\` first`
      throw new Failure(`environment ${name} does not exist; ${advice}`, { cause: error })
    }
    await prefixed('creating environment', () => api.createEnvironment(reference))
    out.line(`Environment created: ${name}`)
    return readForWrite(call, draft)
  }
}

async function finish(call: AnyCall, definition: ReadDefinition, draft: string): Promise<void> {
  const { reference, out } = call
  const diagnostics = await writeDefinition(call, definition, draft)
  printLong(out, diagnostics, {
    environment: `${reference.project}/${reference.name}`,
    source: definition.source,
  })
  if (diagnostics.some(isError)) throw new DefinitionFailure('provider update failed')
  if (draft === '') out.line('Provider updated.')
}

/** `<a>`, `<a> and <b>`, `<a>, <b>, and <c>`. */
function listed(words: readonly string[]): string {
  const shown = words.map((word) => `<${word}>`)
  if (shown.length <= 2) return shown.join(' and ')
  return `${shown.slice(0, -1).join(', ')}, and ${shown.at(-1)}`
}
