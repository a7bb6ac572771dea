// Changes to a definition that may not change what it comes to (R-36).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkEnvironment, type Evaluation, openEnvironment } from '../src/eval/index.ts'
import { loadDefinition } from '../src/expr/index.ts'
import { schemaFromJson } from '../src/schema/index.ts'
import { encodeYaml, parseYaml, reencodeYaml } from '../src/syntax/index.ts'
import {
  decodeUtf8,
  encodeUtf8,
  type PlainValue,
  parseJson,
  stringifyJson,
  toJson,
} from '../src/value/index.ts'
import { plain, rot128, testContext, testProviders } from './conformance/plug-ins.ts'
import { fromPlain } from './plain-evaluator/merge.ts'
import { placeholder } from './plain-evaluator/model.ts'
import { validate } from './plain-evaluator/validate.ts'
import { definitionText, environmentSets, type Files, type Tree } from './random-environments.ts'

const runs = 60 * Number(process.env['OPENESC_RUNS'] ?? 1)

type Texts = Readonly<Record<string, string>>
type Root = { readonly imports: readonly Tree[]; readonly values: { readonly [key: string]: Tree } }

const rootOf = (files: Files) => files['root'] as unknown as Root
const textsOf = (files: Files): Texts =>
  Object.fromEntries(Object.entries(files).map(([name, tree]) => [name, definitionText(tree, false)]))
const withRoot = (files: Files, root: Root): Texts => textsOf({ ...files, root: root as unknown as Tree })

async function evaluated(texts: Texts, how = openEnvironment, name = 'root'): Promise<Evaluation> {
  const { definition } = loadDefinition(name, encodeUtf8(texts[name] ?? texts['root']!))
  return how(name, definition, {
    ...{ crypter: rot128, context: testContext, providers: testProviders() },
    loader: {
      load: async (imported) => {
        if (!Object.hasOwn(texts, imported)) throw new Error(`no environment ${imported}`)
        return { source: encodeUtf8(texts[imported]!), crypter: rot128 }
      },
    },
  })
}

/** The values of an opened environment by their names, revealed. */
async function opened(texts: Texts, name = 'root'): Promise<Map<string, string>> {
  const { environment } = await evaluated(texts, openEnvironment, name)
  const properties = environment?.properties ?? {}
  return new Map(
    Object.keys(properties).map((key) => [key, stringifyJson(toJson(properties[key]!, { redact: false }))]),
  )
}

const without = (of: ReadonlyMap<string, string>, ...names: string[]) =>
  new Map([...of].filter(([key]) => !names.includes(key)))

function holds(title: string, relation: (files: Files) => Promise<void>): void {
  test(`R-36: ${title}`, async () => {
    await fc.assert(fc.asyncProperty(environmentSets(true), relation), { numRuns: runs })
  })
}

const spare = {
  left: { values: { l1: 1, l2: { a: '${l1}' } } },
  right: { values: { r1: [2], r2: { 'fn::toJSON': '${r1}' } } },
}

holds('imports that do not overlap may change places', async (files) => {
  const { imports, values } = rootOf(files)
  const all = { ...files, ...spare }
  const one = await opened(withRoot(all, { imports: [...imports, 'left', 'right'], values }))
  assert.deepEqual(await opened(withRoot(all, { imports: [...imports, 'right', 'left'], values })), one)
})

holds('an unrelated value changes no other', async (files) => {
  const { imports, values } = rootOf(files)
  const added = withRoot(files, {
    imports,
    values: { ...values, unrelated: { 'fn::open::test': { x: [1, { y: null }] } } },
  })
  assert.deepEqual(without(await opened(added), 'unrelated'), await opened(textsOf(files)))
})

holds('a value of its own may move to an import', async (files) => {
  const { imports, values } = rootOf(files)
  const own = { deep: { 'fn::secret': 's' }, list: [1, { x: 'é' }], call: { 'fn::join': ['-', ['a', 'b']] } }
  const here = await opened(withRoot(files, { imports, values: { ...values, own } }))
  const there = withRoot({ ...files, moved: { values: { own } } }, { imports: [...imports, 'moved'], values })
  assert.deepEqual(await opened(there), here)
})

holds('names may change together with all that refers to them', async (files) => {
  const { imports, values } = rootOf(files)
  const text = definitionText(values as Tree, false)
  // Only names that nothing else has: those of the other texts would have to change too.
  const before = `{"first": {"second": [1, "\${third}"]}, "third": "\${first.second[0]}", "fourth": "\${first}-\${third}"}`
  const renamed = before
    .replaceAll('first', 'uno')
    .replaceAll('second', 'due')
    .replaceAll('third', 'tre')
    .replaceAll('fourth', 'quattro')
  const rest = text === '{}' ? '' : `, ${text.slice(1, -1)}`
  const rootWith = (own: string) =>
    `{"imports": ${definitionText(imports as Tree, false)}, "values": ${own.slice(0, -1)}${rest}}}`
  const one = await opened({ ...textsOf(files), root: rootWith(before) })
  const two = await opened({ ...textsOf(files), root: rootWith(renamed) })
  const names = { first: 'uno', third: 'tre', fourth: 'quattro' }
  for (const [old, name] of Object.entries(names)) {
    assert.equal(two.get(name)?.replaceAll('due', 'second'), one.get(old))
  }
  assert.deepEqual(without(two, ...Object.values(names)), without(one, ...Object.keys(names)))
})

holds('a literal may be replaced by a reference to an equal one', async (files) => {
  const { imports, values } = rootOf(files)
  for (const literal of [null, 7, [1, 'x'], { k: { l: 'm' } }] as Tree[]) {
    const written = await opened(withRoot(files, { imports, values: { ...values, it: { in: [literal] } } }))
    const referred = withRoot(files, {
      imports,
      values: { ...values, it: { in: ['${same}'] }, same: literal },
    })
    assert.equal((await opened(referred)).get('it'), written.get('it'))
  }
})

holds('flow style and block style say the same', async (files) => {
  const block = Object.entries(files).map(([name, tree]) => [name, blockText(tree, '')])
  assert.deepEqual(await opened(Object.fromEntries(block)), await opened(textsOf(files)))
})

function blockText(tree: Tree, indent: string): string {
  if (typeof tree !== 'object' || tree === null) return ` ${JSON.stringify(tree)}\n`
  const entries = Array.isArray(tree)
    ? tree.map((item) => `${indent}-${blockText(item, `${indent}  `)}`)
    : Object.entries(tree).map(
        ([key, value]) => `${indent}${JSON.stringify(key)}:${blockText(value, `${indent}  `)}`,
      )
  if (entries.length === 0) return Array.isArray(tree) ? ' []\n' : ' {}\n'
  return `${indent === '' ? '' : '\n'}${entries.join('')}`
}

holds('an import has the values that it has when it is opened by itself', async (files) => {
  const texts = textsOf(files)
  const root = '{"imports": ["x"], "values": {"there": "${imports.x}"}}'
  const there = (await opened({ ...texts, root })).get('there')
  const alone = await opened(texts, 'x')
  assert.equal(there, `{${[...alone].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`)
})

holds('opening once more gives the same', async (files) => {
  assert.deepEqual(await opened(textsOf(files)), await opened(textsOf(files)))
})

holds('a clone under another name has the same values', async (files) => {
  const texts = textsOf(files)
  // Under its own name an environment may not import itself; under another it may.
  fc.pre(!JSON.stringify(rootOf(files).imports).includes('root'))
  assert.deepEqual(await opened({ ...texts, clone: texts['root']! }, 'clone'), await opened(texts))
})

holds('an editor that saves without a change changes nothing', async (files) => {
  const saved = (print: (text: string) => string) =>
    Object.fromEntries(Object.entries(textsOf(files)).map(([name, text]) => [name, print(text)]))
  const before = await opened(textsOf(files))
  assert.deepEqual(
    await opened(saved((text) => encodeYaml(parseYaml(encodeUtf8(text)).tree!, { indent: 4 }))),
    before,
  )
  assert.deepEqual(await opened(saved((text) => reencodeYaml(parseYaml(encodeUtf8(text)).tree!))), before)
})

/** Trees without faults; the nth value may refer to those before it. */
function soundTrees(n: number): fc.Arbitrary<Tree> {
  const call = (name: string, argument: fc.Arbitrary<Tree>) =>
    argument.map((of): Tree => ({ [`fn::${name}`]: of }))
  const text = fc.constantFrom<Tree>('', 'a', 'a,b', 'é', '$$')
  return fc.letrec<{ tree: Tree }>((tie) => {
    const inner = tie('tree')
    const record = fc
      .dictionary(fc.constantFrom('a', 'b', 'c'), inner, { maxKeys: 3 })
      .map((of): Tree => ({ ...of }))
    return {
      tree: fc.oneof(
        { maxDepth: 3, depthSize: 'small' },
        fc.constantFrom<Tree>(null, true, 7, 1.5, 'x'),
        ...(n === 0 ? [] : [fc.nat(n - 1).map((i): Tree => `\${k${i}}`)]),
        record,
        fc.array(inner, { maxLength: 3 }),
        call('secret', text),
        call('toJSON', inner),
        call('toString', inner),
        call('toBase64', text),
        call('fromJSON', fc.constantFrom<Tree>('{"a": [1, {"b": null}]}', '[]', '0')),
        call('join', fc.tuple(text, fc.array(text, { maxLength: 3 })) as fc.Arbitrary<Tree>),
        call('split', fc.tuple(text, text) as fc.Arbitrary<Tree>),
        call('concat', fc.array(fc.array(inner, { maxLength: 2 }), { maxLength: 2 })),
        call('open::test', record),
        call('open::secret-wrapper', record),
      ),
    }
  }).tree
}

const soundValues = fc
  .tuple(...[0, 1, 2, 3].map((n) => soundTrees(n)))
  .map((trees): Tree => Object.fromEntries(trees.map((tree, i) => [`k${i}`, tree])))

test('R-36: the type that a check infers contains the value that an open yields', async () => {
  await fc.assert(
    fc.asyncProperty(soundValues, soundValues, async (below, above) => {
      // A record over a scalar over a record has the lower one's names in its type alone: the language wants it so.
      const root = {
        imports: [{ x: { merge: false } }],
        values: { ...(above as object), all: '${imports.x}' },
      }
      const texts = textsOf({ root: root as unknown as Tree, x: { values: below } })
      const [checked, open] = [await evaluated(texts, checkEnvironment), await evaluated(texts)]
      assert.deepEqual([checked.diagnostics, open.diagnostics], [[], []])
      const data = parseJson(
        stringifyJson(toJson(plain(open.environment?.properties ?? {}), { redact: false })),
      )
      const findings: Parameters<typeof validate>[2] = []
      const schema = schemaFromJson(plainSchema(checked.environment!.schema))
      const ok = validate(fromPlain(data, placeholder(null), false), schema, findings)
      assert.ok(ok, JSON.stringify(findings.map(({ summary }) => summary)))
    }),
    { numRuns: 2 * runs },
  )
})

function plainSchema(schema: unknown): PlainValue {
  return parseJson(stringifyJson(schema as PlainValue))
}

test('the relations are tried on environments that hold something', () => {
  const samples = fc.sample(environmentSets(true), { numRuns: 40, seed: 1 })
  assert.ok(samples.filter((files) => Object.keys(rootOf(files).values).length > 1).length > 20)
  assert.equal(decodeUtf8(encodeUtf8(blockText({ a: [{ b: [] }] }, ''))), '"a":\n  -\n    "b": []\n')
})
