import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rot128, testContext, testProviders } from '../../tests/conformance/plug-ins.ts'
import { definitionText, environmentSets, oddEnvironmentSets } from '../../tests/random-environments.ts'
import { detailOf } from '../diag/index.ts'
import { loadDefinition } from '../expr/index.ts'
import { encodeUtf8 } from '../value/index.ts'
import {
  checkEnvironment,
  type Evaluation,
  type EvaluationHost,
  openEnvironment,
  rotateEnvironment,
} from './index.ts'

type Files = Readonly<Record<string, string>>

/** A host that refuses cycles and counts what is asked of providers and rotators. */
function hostOf(files: Files, cycles: 'report' | 'refuse' = 'refuse') {
  const calls: string[] = []
  const providers = testProviders()
  const host: EvaluationHost = {
    cycles,
    crypter: rot128,
    context: testContext,
    providers: {
      provider: async (name) => {
        const provider = await providers.provider(name)
        const open: typeof provider.open = (...args) => (calls.push(`open ${name}`), provider.open(...args))
        return { ...provider, open }
      },
      rotator: async (name) => {
        const rotator = await providers.rotator(name)
        const open: typeof rotator.open = (...args) => (calls.push(`open ${name}`), rotator.open(...args))
        const rotate: typeof rotator.rotate = (...args) => (
          calls.push(`rotate ${name}`), rotator.rotate(...args)
        )
        return { ...rotator, open, rotate }
      },
    },
    loader: {
      load: async (name) => {
        const source = files[name]
        if (source === undefined) throw new Error(`no environment ${name}`)
        return { source: encodeUtf8(source), crypter: rot128 }
      },
    },
  }
  return { host, calls }
}

const define = (files: Files) => loadDefinition('p/root', encodeUtf8(files['p/root'] ?? '')).definition

const cyclesOf = ({ diagnostics }: Evaluation) =>
  diagnostics
    .filter(({ cycle }) => cycle !== undefined)
    .map((finding) => `${finding.summary}\n${detailOf(finding)}`)

const swap = 'state: {a: x, b: "y"}'

/** A set of environments with one cycle, besides calls that have no part in it; and what is said of the cycle. */
const cases: Readonly<Record<string, { readonly files: Files; readonly says: string }>> = {
  'a reference to itself': {
    files: { 'p/root': 'values:\n  a: ${a}\n  z: {fn::open::test: {}}\n' },
    says: 'cyclic reference to a\nthe cycle is a -> a\n  a needs a (p/root:2:6)',
  },
  'two references': {
    files: { 'p/root': 'values:\n  a: ${b}\n  b: "${a} and more"\n  z: {fn::open::test: {}}\n' },
    says: 'cyclic reference to a\nthe cycle is a -> b -> a\n  a needs b (p/root:2:6)\n  b needs a (p/root:3:6)',
  },
  'a reference to what it stands in': {
    files: { 'p/root': 'values:\n  a: {b: ["${a}"]}\n  z: {fn::open::test: {}}\n' },
    says: 'cyclic reference to a\nthe cycle is a -> a\n  a needs a (p/root:2:11)',
  },
  'builtins on the way': {
    files: {
      'p/root':
        'values:\n  a: {fn::toJSON: {x: "${l[0]}"}}\n  l: [{fn::join: ["", ["${a}"]]}]\n  z: {fn::open::test: {}}\n',
    },
    says: 'cyclic reference to a\nthe cycle is a -> l[0] -> a\n  a needs l[0] (p/root:2:23)\n  l[0] needs a (p/root:3:24)',
  },
  'the inputs of a call': {
    files: { 'p/root': 'values:\n  a: {fn::open::test: {x: "${b}"}}\n  b: ${a.y}\n' },
    says: 'cyclic reference to a\nthe cycle is a -> b -> a\n  a needs b (p/root:2:27)\n  b needs a (p/root:3:6)',
  },
  'a call that a cycle waits for': {
    files: {
      'p/root':
        'values:\n  a: "${z.x} ${b}"\n  b: "${c} ${a}"\n  c: {fn::open::test: {}}\n  z: {fn::open::test: {}}\n',
    },
    says: 'cyclic reference to a\nthe cycle is a -> b -> a\n  a needs b (p/root:2:6)\n  b needs a (p/root:3:6)',
  },
  'values merged over those of an import': {
    files: {
      'p/base': 'values: {o: {x: 1, y: {fn::open::test: {}}}}\n',
      'p/root': 'imports: [p/base]\nvalues:\n  o: {x: "${o.z}", z: "${o.x}"}\n',
    },
    says: 'cyclic reference to o.x\nthe cycle is o.x -> o.z -> o.x\n  o.x needs o.z (p/root:3:10)\n  o.z needs o.x (p/root:3:23)',
  },
  'a cycle inside of an import': {
    files: {
      'p/base': 'values:\n  m: ${n}\n  n: ${m}\n',
      'p/root': 'imports: [p/base]\nvalues: {z: {fn::open::test: {}}}\n',
    },
    says: 'cyclic reference to m\nthe cycle is m -> n -> m\n  m needs n (p/base:2:6)\n  n needs m (p/base:3:6)',
  },
  'an environment that imports itself': {
    files: { 'p/root': 'imports: [p/root]\nvalues: {z: {fn::open::test: {}}}\n' },
    says: 'cyclic import of p/root\nthe cycle is p/root -> p/root\n  p/root needs p/root (p/root:1:11)',
  },
  'imports by way of others': {
    files: {
      'p/a': 'imports: [p/b]\nvalues: {y: {fn::open::test: {}}}\n',
      'p/b': 'imports:\n  - p/a: {merge: false}\n',
      'p/root': 'imports: [p/a]\nvalues: {z: {fn::open::test: {}}}\n',
    },
    says: 'cyclic import of p/a\nthe cycle is p/a -> p/b -> p/a\n  p/a needs p/b (p/a:1:11)\n  p/b needs p/a (p/b:2:5)',
  },
  'an environment referred to inline': {
    files: {
      'p/a': 'values:\n  v: ${environments.p.root.z}\n',
      'p/root': 'values:\n  w: ${environments.p.a.v}\n  z: {fn::open::test: {}}\n',
    },
    says: 'cyclic import of p/root\nthe cycle is p/root -> p/a -> p/root\n  p/root needs p/a (p/root:2:6)\n  p/a needs p/root (p/a:2:6)',
  },
  'an inline reference and an import': {
    files: {
      'p/a': 'imports: [p/b]\n',
      'p/b': 'values:\n  v: "x ${environments.p.a.y}"\n',
      'p/root': 'imports: [p/a]\nvalues:\n  z: {fn::open::test: {}}\n',
    },
    says: 'cyclic import of p/a\nthe cycle is p/a -> p/b -> p/a\n  p/a needs p/b (p/a:1:11)\n  p/b needs p/a (p/b:2:6)',
  },
  'the inputs of a rotation': {
    files: { 'p/root': `values:\n  r: {fn::rotate::swap: {inputs: {x: "\${s}"}, ${swap}}}\n  s: \${r.a}\n` },
    says: 'cyclic reference to r\nthe cycle is r -> s -> r\n  r needs s (p/root:2:38)\n  s needs r (p/root:3:6)',
  },
  'the state of a rotation': {
    files: {
      'p/root': `values:\n  q: {fn::rotate::swap: {inputs: {}, ${swap}}}\n  r: {fn::rotate::swap: {inputs: {}, state: {a: "\${r.b}", b: x}}}\n`,
    },
    says: 'cyclic reference to r\nthe cycle is r -> r\n  r needs r (p/root:3:49)',
  },
}

for (const [what, { files, says }] of Object.entries(cases)) {
  test(`S-46: ${what}: the cycle is printed, in every mode, and no provider is called`, async () => {
    const { host, calls } = hostOf(files)
    for (const evaluate of [checkEnvironment, openEnvironment, rotateEnvironment]) {
      const evaluation = await evaluate('p/root', define(files), host)
      assert.deepEqual(cyclesOf(evaluation), [says], evaluate.name)
      assert.deepEqual([calls, evaluation.patches], [[], []], evaluate.name)
    }
  })
}

test('S-46: inputs that only a rotation looks at are no cycle when the environment is opened', async () => {
  const files = {
    'p/root':
      'values:\n  r: {fn::rotate::echo: {inputs: {next: "${s}"}, state: {current: x}}}\n  s: ${r.current}\n',
  }
  const { host, calls } = hostOf(files)
  const opened = await openEnvironment('p/root', define(files), host)
  assert.deepEqual([opened.diagnostics, calls], [[], ['open echo']])
  const rotated = await rotateEnvironment('p/root', define(files), host)
  assert.deepEqual(
    rotated.diagnostics.map(({ summary }) => summary),
    ['cyclic reference to r'],
  )
  assert.deepEqual(
    rotated.rotations.map(({ path, status }) => `${status} ${path}`),
    ['not-evaluated values.r'],
  )
  assert.deepEqual(calls, ['open echo'])
})

test('unless cycles are refused, what does not depend on one is opened', async () => {
  const { files } = cases['two references']!
  const { host, calls } = hostOf(files, 'report')
  const opened = await openEnvironment('p/root', define(files), host)
  assert.equal(cyclesOf(opened).length, 1)
  assert.deepEqual(calls, ['open test'])
  assert.equal(opened.environment?.properties?.['z']?.unknown, undefined)
})

test('S-46: looking for cycles first changes no result and no call in random environments without one', async () => {
  const runs = Number(process.env['OPENESC_RUNS'] ?? 1)
  const sets = fc.oneof(environmentSets(true), oddEnvironmentSets())
  await fc.assert(
    fc.asyncProperty(sets, async (random) => {
      const files = Object.fromEntries(
        Object.entries(random).map(([name, file]) => [
          name === 'root' ? 'p/root' : name,
          definitionText(file, false),
        ]),
      )
      for (const evaluate of [openEnvironment, rotateEnvironment]) {
        const plain = hostOf(files, 'report')
        const careful = hostOf(files, 'refuse')
        const wanted = await evaluate('p/root', define(files), plain.host)
        const got = await evaluate('p/root', define(files), careful.host)
        if (cyclesOf(got).length > 0) {
          assert.deepEqual(careful.calls, [])
          continue
        }
        assert.deepEqual(got, wanted)
        assert.deepEqual(careful.calls.sort(), plain.calls.sort())
      }
    }),
    { numRuns: 15 * runs },
  )
})
