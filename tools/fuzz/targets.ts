// What is fuzzed, and what must hold of every answer.
import fc from 'fast-check'
import type { Diagnostic } from '../../src/diag/index.ts'
import { checkEnvironment, type EvaluationHost, openEnvironment } from '../../src/eval/index.ts'
import { formatInterpolation, loadDefinition } from '../../src/expr/index.ts'
import { parseInterpolation } from '../../src/expr/interpolation.ts'
import { decodeYaml, encodeYaml, reencodeYaml } from '../../src/syntax/index.ts'
import { decodeUtf8, encodeUtf8 } from '../../src/value/index.ts'
import { rot128, testContext, testProviders } from '../../tests/conformance/plug-ins.ts'
import { definitionText, environmentSets, oddEnvironmentSets } from '../../tests/random-environments.ts'
import { edits } from './edits.ts'
import { meaning, same } from './meaning.ts'
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
    inText(loadDefinition('fuzz', source).diagnostics, source)
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

/** Every finding begins in the text: ends count decoded bytes (language specification §2.5) and may lie behind it. */
function inText(diagnostics: readonly Diagnostic[], source: Uint8Array): void {
  const lines = decodeUtf8(source).split(/\r\n|[\r\n\u0085\u2028\u2029]/)
  const hasOtherBreaks = lines.length !== decodeUtf8(source).split('\n').length
  for (const { range, place, summary } of diagnostics) {
    for (const at of [range?.begin, place]) {
      if (at === undefined) continue
      const text = lines[at.line - 1]
      if (text === undefined || at.column < 1 || at.column > [...text].length + 1)
        throw new Error(`${summary} at ${at.line}:${at.column}, which is not in the text`)
    }
    // Bytes are counted by line feeds alone, lines by every break (§2.4).
    const isBeyond = range !== null && !hasOtherBreaks && range.begin.byte > source.length
    if (isBeyond || (range !== null && range.end.line < range.begin.line))
      throw new Error(`${summary}: a range that is none: ${JSON.stringify(range)}`)
  }
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
export const targets: readonly Target[] = [parser, expressions, edits, evaluator]
