// Does the cost grow with the size, or faster? Each shape at several sizes, and the exponent between the smallest and the
// largest: 1 = linear. The 256 KiB definition is loaded and checked; 100 ms is its limit.
//
// node bench/scaling.ts [--json]
import { checkEnvironment, type EvaluationHost, openEnvironment } from '../src/eval/index.ts'
import { loadDefinition } from '../src/expr/index.ts'
import { rot128, testContext, testProviders } from '../tests/conformance/plug-ins.ts'
import { type Row, report, summarize } from './report.ts'

type Files = ReadonlyMap<string, Uint8Array>

interface Shape {
  readonly name: string
  readonly sizes: readonly number[]
  readonly files: (size: number) => Readonly<Record<string, string>>
}

const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('')

const shapes: readonly Shape[] = [
  {
    name: 'keys',
    sizes: [1000, 10_000],
    files: (n) => ({ root: `values:\n${lines(n, (i) => `  key${i}: value ${i}\n`)}` }),
  },
  {
    name: 'keys, each a reference',
    sizes: [500, 5000],
    files: (n) => ({ root: `values:\n  a: 1\n${lines(n, (i) => `  key${i}: \${a} and ${i}\n`)}` }),
  },
  {
    name: 'imports',
    sizes: [25, 50, 100, 200],
    files: (n) => ({
      root: `imports:\n${lines(n, (i) => `  - e${i}\n`)}`,
      ...Object.fromEntries(
        Array.from({ length: n }, (_, i) => [`e${i}`, `values: {k${i}: ${i}, shared: {v${i}: 1}}\n`]),
      ),
    }),
  },
  {
    name: 'nesting',
    sizes: [10, 50, 100],
    files: (n) => ({
      root: `values:\n${lines(n, (i) => `${'  '.repeat(i + 1)}k:\n`)}${'  '.repeat(n + 1)}leaf: 1\n`,
    }),
  },
  {
    name: 'import ladder, two on a level',
    sizes: [10, 20, 30],
    files: (n) => ({
      root: `imports: [e${n - 1}a, e${n - 1}b]\n`,
      ...Object.fromEntries(
        Array.from({ length: n }, (_, i) =>
          ['a', 'b'].map((side) => [
            `e${i}${side}`,
            `${i === 0 ? '' : `imports: [e${i - 1}a, e${i - 1}b]\n`}values: {x: ${side}${i}, ${side}${i}: 1}\n`,
          ]),
        ).flat(),
      ),
    }),
  },
]

const limits = { nodes: 100_000, directImports: 256, imports: 512, importDepth: 32, steps: 2_000_000 }

const texts = { sourceBytes: 1024 * 1024, mapKeys: 20_000 }

function hostOf(files: Files): EvaluationHost {
  return {
    providers: testProviders(),
    crypter: rot128,
    context: testContext,
    limits,
    loader: { load: async (name) => ({ source: files.get(name)!, crypter: rot128 }) },
  }
}

async function open(files: Files): Promise<void> {
  const { definition, diagnostics } = loadDefinition('root', files.get('root')!, { limits: texts })
  const evaluation = await openEnvironment('root', definition, hostOf(files))
  const [finding] = [...diagnostics, ...evaluation.diagnostics]
  if (finding !== undefined) throw new Error(finding.summary)
}

async function measure(name: string, work: () => Promise<void>, runs = 12): Promise<Row> {
  const times: number[] = []
  for (let i = 0; i < runs; i++) {
    const start = performance.now()
    await work()
    times.push(performance.now() - start)
  }
  return summarize(name, times.slice(Math.floor(runs / 3)))
}

const rows: Row[] = []
const exponents: string[] = []
for (const { name, sizes, files } of shapes) {
  const measured: Row[] = []
  for (const size of sizes) {
    const sources = new Map(Object.entries(files(size)).map(([key, text]) => [key, Buffer.from(text)]))
    measured.push(await measure(`${size} ${name}`, () => open(sources)))
  }
  rows.push(...measured)
  const growth =
    Math.log(measured.at(-1)!.medianMs / measured[0]!.medianMs) / Math.log(sizes.at(-1)! / sizes[0]!)
  exponents.push(`${name}: exponent ${growth.toFixed(2)}`)
}

let text = 'values:\n'
for (let i = 0; text.length < 256 * 1024 - 100; i++)
  text += `  key${i}:\n    name: value ${i}\n    text: some words and more of them ${i}\n`
const source = Buffer.from(text)
rows.push(
  await measure('256 KiB, loaded and checked', async () => {
    const { definition } = loadDefinition('root', source, { limits: texts })
    await checkEnvironment('root', definition, hostOf(new Map()))
  }),
)
report('Does the cost grow with the size, or faster?', rows)
if (!process.argv.includes('--json')) for (const line of exponents) console.log(line)
