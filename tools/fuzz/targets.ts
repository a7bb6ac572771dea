// What is fuzzed, and what must hold of every answer.
import fc from 'fast-check'
import { checkEnvironment, type EvaluationHost, openEnvironment } from '../../src/eval/index.ts'
import { formatInterpolation, loadDefinition } from '../../src/expr/index.ts'
import { parseInterpolation } from '../../src/expr/interpolation.ts'
import { decodeYaml, encodeYaml, reencodeYaml, type SyntaxNode } from '../../src/syntax/index.ts'
import { encodeUtf8 } from '../../src/value/index.ts'
import { rot128, testContext, testProviders } from '../../tests/conformance/plug-ins.ts'
import { definitionText, environmentSets, oddEnvironmentSets } from '../../tests/random-environments.ts'
import { type Random, randomFrom } from './random.ts'
import { accessSoup, mutated, yamlDocument, yamlSoup } from './texts.ts'

/** One kind of input and what is done with it: `make` gives the nth, `run` throws when something does not hold. */
export interface Target {
  readonly name: string
  /** The counts of R-38. */
  readonly quick: number
  readonly full: number
  make(seed: number): string | Files
  run(input: string | Files): Promise<void> | void
}

type Files = Readonly<Record<string, string>>

/** Meaning alone: kinds, values and order. */
function meaning(node: SyntaxNode | null): unknown {
  if (node === null || node.kind === 'null') return null
  if (node.kind === 'array') return node.elements.map(meaning)
  if (node.kind === 'object')
    return { entries: node.entries.map(({ key, value }) => [key?.value, meaning(value)]) }
  return node.kind === 'number' ? { number: node.text } : node.value
}

function same(a: unknown, b: unknown, what: string): void {
  if (JSON.stringify(a) !== JSON.stringify(b))
    throw new Error(`${what}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`)
}

/** YAML and definitions: nothing throws, what can be read prints as what means the same, and prints the same again. */
const parser: Target = {
  name: 'parser',
  quick: 200_000,
  full: 10_000_000,
  make: (seed) => {
    const random = randomFrom(seed)
    return random.chance(50) ? yamlSoup(random) : yamlDocument(random)
  },
  run: (input) => {
    const source = encodeUtf8(String(input))
    loadDefinition('fuzz', source)
    const { node, tree, diagnostics } = decodeYaml('fuzz', source)
    if (tree === null || diagnostics.length > 0 || tree.kind === 'nothing') return
    for (const printed of [
      encodeYaml(tree, { indent: 2 }),
      encodeYaml(tree, { indent: 4 }),
      reencodeYaml(tree),
    ]) {
      const again = decodeYaml('fuzz', encodeUtf8(printed))
      same(
        again.diagnostics.map(({ summary }) => summary),
        [],
        `printed as ${JSON.stringify(printed)}`,
      )
      same(meaning(again.node), meaning(node), `printed as ${JSON.stringify(printed)}`)
    }
    const once = reencodeYaml(tree)
    const second = decodeYaml('fuzz', encodeUtf8(once)).tree
    if (second === null) throw new Error('what was printed cannot be read')
    const twice = reencodeYaml(second)
    same(meaning(decodeYaml('fuzz', encodeUtf8(twice)).node), meaning(node), 'printed twice')
  },
}

/** `${…}` in texts: nothing throws, ranges stay in the text, and an access without faults reads back as it is written. */
const expressions: Target = {
  name: 'expressions',
  quick: 200_000,
  full: 10_000_000,
  make: (seed) => accessSoup(randomFrom(seed)),
  run: (input) => {
    const value = String(input)
    const end = Buffer.byteLength(value)
    const at = (byte: number) => ({ line: 1, column: byte + 1, byte })
    const node = (text: string) => ({
      ...({ kind: 'string', value: text, subRanges: true, path: 'values.x' } as const),
      range: { environment: 'fuzz', begin: at(0), end: at(Buffer.byteLength(text)) },
    })
    const diagnostics: ReturnType<typeof loadDefinition>['diagnostics'][number][] = []
    const parts = parseInterpolation(node(value), diagnostics)
    for (const { range } of diagnostics) {
      if (range === null || range.begin.byte > range.end.byte || range.end.byte > end)
        throw new Error('a range out of the text')
    }
    if (diagnostics.length > 0) return
    const written = formatInterpolation(parts)
    const faults: typeof diagnostics = []
    const again = parseInterpolation(node(written), faults)
    same(faults.length, 0, `written as ${JSON.stringify(written)}`)
    same(withoutRanges(again), withoutRanges(parts), `written as ${JSON.stringify(written)}`)
  },
}

function withoutRanges(parts: ReturnType<typeof parseInterpolation>): unknown {
  return parts.map(({ text, access }) => [
    text,
    access?.accessors.map((accessor) =>
      accessor.kind === 'index' ? String(accessor.index) : ['key', accessor.key],
    ),
  ])
}

const sets = fc.oneof(environmentSets(true), oddEnvironmentSets())

/** Sets of environments, some with a text that was broken: a check and an open end with plain data, and soon. */
const evaluator: Target = {
  name: 'evaluator',
  quick: 20_000,
  full: 1_000_000,
  make: (seed) => {
    const random = randomFrom(seed)
    const [files = {}] = fc.sample(sets, { numRuns: 1, seed })
    const written = Object.entries(files).map(([name, tree]) => [
      name,
      brokenNowAndThen(random, definitionText(tree, false)),
    ])
    return Object.fromEntries(written)
  },
  run: async (input) => {
    const files = input as Files
    const { definition } = loadDefinition('root', encodeUtf8(files['root'] ?? ''))
    const host: EvaluationHost = {
      ...{ crypter: rot128, context: testContext, providers: testProviders() },
      loader: {
        load: async (name) => {
          if (!Object.hasOwn(files, name)) throw new Error(`no environment ${name}`)
          return { source: encodeUtf8(files[name]!), crypter: rot128 }
        },
      },
    }
    JSON.stringify(await checkEnvironment('root', definition, host))
    JSON.stringify(await openEnvironment('root', definition, host))
  },
}

function brokenNowAndThen(random: Random, text: string): string {
  return random.chance(25) ? mutated(random, text) : text
}

/** All that is fuzzed here. */
export const targets: readonly Target[] = [parser, expressions, evaluator]
