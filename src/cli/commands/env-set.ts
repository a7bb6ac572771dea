import { parseYaml, resolveScalar, stringNode, type YamlNode } from '../../syntax/index.ts'
import { decodeUtf8, encodeUtf8, type PropertyPath } from '../../value/index.ts'
import { between } from '../argument-count.ts'
import { type EnvironmentCall, environmentCommand } from '../command.ts'
import { encodeDefinition, parseDefinition, recordNode, setInDefinition } from '../definition-edit.ts'
import { draftFlag, readForWrite, writeDefinition } from '../definition-write.ts'
import { reportShort } from '../diagnostics.ts'
import { Failure, prefixed } from '../failure.ts'
import { text, toggle } from '../flags.ts'
import { pathArgument } from '../property-path-argument.ts'
import { readSource } from '../read-source.ts'

const flags = {
  secret: toggle('Store the value as a secret'),
  plaintext: toggle('Store the value in clear, though it looks like a secret'),
  string: toggle('Take the value as it is, not as YAML'),
  file: text('Read the value from a file; `-` is stdin', { short: 'f', placeholder: 'file' }),
  draft: draftFlag,
}

type Call = EnvironmentCall<typeof flags>

/** `esc env set`. */
export const command = environmentCommand({
  usage: '<environment> <property path> <value>',
  summary: 'Set a value in a definition',
  description: `The value is YAML: 42 is a number, true a boolean, [a, b] a list; --string takes it as it is. The path is below
values, or imports for the imports. On a terminal a secret may be left out of the command line: it is asked for.`,
  examples: [
    'esc env set acme/web/dev aws.region eu-central-1',
    'esc env set acme/web/dev db.password --secret',
    'esc env set acme/web/dev tls.key --file key.pem --secret --string',
    "esc env set acme/web/dev 'imports[0]' shared/base",
  ],
  arguments: between(1, 3),
  flags,
  refusesVersions: 'set',
  async run(call) {
    const { flags } = call
    const { path, value } = await readArguments(call)
    const node = await valueNode(value, path, call)
    const { source, etag } = await readForWrite(call, flags.draft)
    const changed = setInDefinition(parseDefinition(source), path, node)
    reportShort(call, await writeDefinition(call, { source: encodeDefinition(changed), etag }, flags.draft))
  },
})

async function readArguments(call: Call): Promise<{ path: PropertyPath; value: string }> {
  const { args, flags, world } = call
  const [pathText, valueText] = args
  const fromFile = flags.file !== ''
  const asks = flags.secret && valueText === undefined && !fromFile && world.stdin.isTerminal
  if (pathText === undefined || (valueText === undefined && !fromFile && !asks)) {
    throw new Failure(fromFile ? 'expected a path' : 'expected a path and a value')
  }
  if (valueText !== undefined && fromFile) throw new Failure('expected a path: the value comes from --file')
  const path = pathArgument(pathText, 'invalid path')
  if (path.length === 0) throw new Failure('path must contain at least one element')
  if (valueText !== undefined) return { path, value: valueText }
  return { path, value: fromFile ? await readValue(call) : await askValue(call, pathText) }
}

async function askValue({ world }: Call, path: string): Promise<string> {
  const answer = await world.terminal.askSecret(`Value of ${path} (not shown): `)
  if (answer === null || answer === '') throw new Failure('expected a path and a value')
  return answer
}

async function readValue({ flags, world }: Call): Promise<string> {
  const prefix = flags.file === '-' ? 'could not read from stdin' : 'could not read file'
  const value = decodeUtf8(await prefixed(prefix, () => readSource(world, flags.file)))
  if (!value.isWellFormed()) throw new Failure('file content must be valid UTF-8')
  return value
}

async function valueNode(value: string, path: PropertyPath, { flags }: Call): Promise<YamlNode> {
  const node = flags.string ? stringNode(value) : parseValue(value)
  const isString = node.kind === 'scalar' && (flags.string || resolveScalar(node).kind === 'string')
  if (flags.secret) {
    const inner = node.kind === 'scalar' && !isString ? stringNode(node.value) : node
    return recordNode([['fn::secret', inner]])
  }
  const key = path.at(-1)
  if (flags.plaintext || !isString || typeof key !== 'string') return node
  // The lists of words that the guess needs are larger than all the rest of the command line.
  const { looksLikeSecret } = await import('../secret-guess.ts')
  if (await looksLikeSecret(key, node.value)) {
    throw new Failure(
      'value looks like a secret; rerun with --secret to mark it as such, or --plaintext if you meant to leave it as plaintext',
    )
  }
  return node
}

function parseValue(value: string): YamlNode {
  const { tree, problem } = parseYaml(encodeUtf8(value))
  if (problem !== null) throw new Failure(`invalid value: ${problem}`)
  return tree === null || tree.kind === 'nothing' ? stringNode('') : tree
}
