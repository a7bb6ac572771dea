import { encodeYaml, parseYaml, resolveScalar, type YamlNode } from '../../../src/syntax/index.ts'

/** One transcript: what to seed, what to run, what to expect. */
export interface Transcript {
  readonly script: string
  /** Whether the script as a whole must fail. */
  readonly fails: boolean
  /** The program that the command line is a part of; `''` for none. */
  readonly parent: string
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly processEnv: ReadonlyMap<string, string>
  readonly programs: ReadonlyMap<string, string>
  /** By `org/project/name`, in order. */
  readonly environments: ReadonlyMap<string, SeedEnvironment>
  readonly stdout: string
  readonly stderr: string
}

/** What an environment starts with. */
export interface SeedEnvironment {
  readonly revisions: readonly SeedRevision[]
  readonly tags: ReadonlyMap<string, string>
  /** Hooks, schedules and referrers as plain data. */
  readonly webhooks: readonly Plain[]
  readonly schedules: readonly Plain[]
  readonly referrers: Plain
}

export interface SeedRevision {
  readonly text: string
  readonly tags: readonly string[]
  readonly retracted: { readonly replacement: number; readonly reason: string } | null
}

export type Plain = string | null | readonly Plain[] | { readonly [key: string]: Plain }

/** The parts of a transcript file: head, stdout and stderr, parted by lines `---`. */
export function parseTranscript(content: string): Transcript {
  const [head = '', stdout = '', ...rest] = content.split('\n---\n')
  const { tree, problem } = parseYaml(Buffer.from(`${head}\n`))
  if (problem !== null || tree === null) throw new Error(`head: ${problem ?? 'is empty'}`)
  const process = member(tree, 'process')
  return {
    script: text(member(tree, 'run')),
    fails: member(tree, 'error') !== null,
    parent: text(member(tree, 'parent')),
    files: new Map(entries(member(process, 'fs')).map(([name, node]) => [name, bytes(node)])),
    processEnv: textMap(member(process, 'environ')),
    programs: textMap(member(process, 'commands')),
    environments: new Map(
      entries(member(tree, 'environments')).map(([name, node]) => [name, environmentOf(node)]),
    ),
    stdout,
    stderr: rest.join('\n---\n'),
  }
}

function environmentOf(node: YamlNode): SeedEnvironment {
  const revisions = member(node, 'revisions')
  const listed =
    revisions?.kind === 'sequence' && revisions.items.length > 0 ? revisions.items.map(revisionOf) : null
  return {
    revisions: listed ?? [{ text: definitionText(node), tags: [], retracted: null }],
    tags: textMap(member(node, 'tags')),
    webhooks: listOf(member(node, 'webhooks')),
    schedules: listOf(member(node, 'schedules')),
    referrers: plain(member(node, 'referrers')),
  }
}

function revisionOf(node: YamlNode): SeedRevision {
  const definition = member(node, 'yaml')
  const retracted = member(node, 'retracted')
  return {
    text: definition === null ? '' : definitionText(definition),
    tags: listOf(member(node, 'tags')).map(String),
    retracted:
      retracted === null
        ? null
        : {
            replacement: Number(text(member(retracted, 'replacement'))),
            reason: text(member(retracted, 'reason')),
          },
  }
}

/** The stored text: the node as the project prints definitions. */
function definitionText(node: YamlNode): string {
  return encodeYaml(node, { indent: 4 })
}

function member(node: YamlNode | null, key: string): YamlNode | null {
  if (node?.kind !== 'mapping') return null
  return node.pairs.find((pair) => pair.key.kind === 'scalar' && pair.key.value === key)?.value ?? null
}

function entries(node: YamlNode | null): readonly (readonly [string, YamlNode])[] {
  return node?.kind === 'mapping' ? node.pairs.map(({ key, value }) => [text(key), value] as const) : []
}

function textMap(node: YamlNode | null): ReadonlyMap<string, string> {
  return new Map(entries(node).map(([key, value]) => [key, text(value)]))
}

function text(node: YamlNode | null): string {
  return node?.kind === 'scalar' ? node.value : ''
}

function bytes(node: YamlNode): Uint8Array {
  if (node.kind === 'scalar' && node.tag === '!!binary') return Buffer.from(node.value, 'base64')
  return Buffer.from(text(node))
}

function listOf(node: YamlNode | null): readonly Plain[] {
  return node?.kind === 'sequence' ? node.items.map(plain) : []
}

function plain(node: YamlNode | null): Plain {
  if (node === null) return null
  if (node.kind === 'sequence') return node.items.map(plain)
  if (node.kind === 'mapping')
    return Object.fromEntries(entries(node).map(([key, value]) => [key, plain(value)]))
  if (node.kind !== 'scalar') return null
  return resolveScalar(node).kind === 'null' ? null : node.value
}
