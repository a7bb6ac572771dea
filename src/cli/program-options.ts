import { parseYaml, resolveScalar, type YamlNode } from '../syntax/index.ts'
import { decodeUtf8 } from '../value/index.ts'
import { Failure } from './failure.ts'
import { type FlagTable, text, texts, toggle } from './flags.ts'
import type { ProgramOptions, World } from './world.ts'

/** One setting of a long-running program: a flag, a variable and a key of the configuration file. */
export interface ProgramOption {
  /** The key in the configuration file and in the settings that are handed on, e.g. `issuerBaseUrl`. */
  readonly name: string
  /** The flag, e.g. `--issuer-base-url`. */
  readonly flag: string
  readonly type: 'string' | 'integer' | 'boolean' | 'list'
  readonly default: string | number | boolean | readonly string[]
  readonly help: string
}

/** The flags of a table of settings. What holds without them is the program's to know, so none has a value here. */
export function optionFlags(options: readonly ProgramOption[], prefix: string): FlagTable {
  return Object.fromEntries(
    options.map((option) => {
      const shown = String(option.default)
      const help = `${option.help}${shown === '' || shown === 'false' ? '' : ` (default ${shown})`} [${variableName(option, prefix)}]`
      return [flagName(option), flagOf(option, help)]
    }),
  )
}

function flagOf(option: ProgramOption, help: string): FlagTable[string] {
  if (option.type === 'boolean') return toggle(help)
  if (option.type === 'list') return texts(help)
  return text(help, { placeholder: option.type === 'integer' ? 'int' : 'string' })
}

/**
 * The settings of a program: a flag wins over a variable, that over the configuration file. Settings that nothing gives
 * are absent; the values of a list stand on a line each.
 *
 * @throws Failure for a configuration file that cannot be read or has a key that is no setting
 */
export async function readProgramOptions(
  world: World,
  options: readonly ProgramOption[],
  source: {
    readonly prefix: string
    readonly values: Readonly<Record<string, unknown>>
    readonly given: ReadonlySet<string>
  },
): Promise<ProgramOptions> {
  const fromFlag = (option: ProgramOption) =>
    source.given.has(flagName(option)) ? asText(source.values[flagName(option)]) : undefined
  const fromVariable = (option: ProgramOption) => {
    const value = world.processEnv[variableName(option, source.prefix)] || undefined
    return option.type === 'list' ? value?.split(',').join('\n') : value
  }
  const config = options.find((option) => option.name === 'config')
  const path = config === undefined ? undefined : (fromFlag(config) ?? fromVariable(config))
  const file = path === undefined ? new Map<string, string>() : await readConfig(world, path, options)
  const result: Record<string, string> = {}
  for (const option of options) {
    const value = fromFlag(option) ?? fromVariable(option) ?? file.get(option.name)
    if (value !== undefined) result[option.name] = value
  }
  return result
}

function flagName(option: ProgramOption): string {
  return option.flag.replace(/^--/, '')
}

/** The variable of a setting: `OPENESC_ISSUER_BASE_URL`. */
export function variableName(option: ProgramOption, prefix: string): string {
  return `${prefix}${flagName(option).replaceAll('-', '_').toUpperCase()}`
}

function asText(value: unknown): string {
  return Array.isArray(value) ? value.join('\n') : String(value)
}

async function readConfig(
  world: World,
  path: string,
  options: readonly ProgramOption[],
): Promise<ReadonlyMap<string, string>> {
  const content = await world.files.read(path)
  if (content === null) throw new Failure(`configuration file ${path}: no such file or directory`)
  const { tree, problem } = parseYaml(content)
  if (problem !== null) throw new Failure(`configuration file ${path}: ${problem}`)
  const settings = new Map<string, string>()
  if (tree === null || tree.kind === 'nothing') return settings
  if (tree.kind !== 'mapping')
    throw new Failure(
      `configuration file ${path}: wanted keys and values, got ${decodeUtf8(content).slice(0, 20)}`,
    )
  for (const { key, value } of tree.pairs) {
    const name = scalarText(key)
    const option = options.find((candidate) => candidate.name === name && name !== 'config')
    if (option === undefined) {
      const known = options.map((candidate) => candidate.name).filter((candidate) => candidate !== 'config')
      throw new Failure(
        `configuration file ${path}: \`${name}\` is not a setting; there are ${known.join(', ')}`,
      )
    }
    settings.set(
      option.name,
      value.kind === 'sequence' ? value.items.map(scalarText).join('\n') : scalarText(value),
    )
  }
  return settings
}

function scalarText(node: YamlNode): string {
  if (node.kind !== 'scalar') return ''
  return resolveScalar(node).kind === 'null' ? '' : node.value
}
