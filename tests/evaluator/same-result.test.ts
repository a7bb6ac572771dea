import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { evaluatorInProcess } from '../../src/evaluator/index.ts'
import { hostOf, openingOf, withEvaluators } from './scene.ts'

const texts = [
  '',
  'values: {a: 1.10, b: [true, null, 18446744073709551615], c: {d: x}}',
  'values: {__proto__: {toString: 1}, constructor: {prototype: x}, hasOwnProperty: "${__proto__.toString}"}',
  'values: {s: {fn::secret: hunter2}, u: "a-${s}", t: {fn::toBase64: "${u}"}, b: {fn::fromBase64: gA==}}',
  'values: {a: "${b}", b: "${a}", c: "${missing.x}"}',
  'imports: [other/env]\nvalues: {a: {fn::open::none: {}}}',
  'values: {j: {fn::toJSON: {b: [1, {a: x}]}}, k: {fn::fromJSON: "{\\"a\\": [1.0]}"}}',
  'values: [1',
]

test('a text gives the same through a worker as in process', () =>
  withEvaluators({ workers: 1, milliseconds: 2_000, heapMebibytes: 128 }, async (evaluators) => {
    for (const text of texts) {
      for (const kind of ['open', 'check'] as const) {
        const task = kind === 'open' ? ({ kind } as const) : ({ kind, showSecrets: false } as const)
        const job = { ...openingOf(text), task }
        const [here, there] = await Promise.all([
          evaluatorInProcess.run(job, hostOf('a')),
          evaluators.run(job, hostOf('a')),
        ])
        const shown = ({ whole, ...rest }: (typeof here)['text']) => ({
          ...rest,
          whole: Buffer.from(whole).toString(),
        })
        assert.deepEqual(shown(there.text), shown(here.text), text)
        assert.deepEqual(there.diagnostics, here.diagnostics, text)
      }
    }
  }))

test('S-44: in a worker nothing of the language can be changed, and `__proto__` throws', () => {
  const realm = fileURLToPath(new URL('../../src/programs/frozen-realm.ts', import.meta.url))
  const script = `
    import { freezeRealm } from ${JSON.stringify(realm)}
    freezeRealm()
    const tried = [
      () => { Object.prototype.x = 1 }, () => { Array.prototype.push = 1 }, () => { Map.prototype.get = 1 },
      () => { Object.getPrototypeOf(Uint8Array).prototype.set = 1 }, () => ({}).__proto__, () => { ({}).__proto__ = null },
      () => { Promise.prototype.then = 1 }, () => { JSON.parse = 1 }, () => { RegExp.prototype.exec = 1 },
    ]
    const survived = tried.filter((attempt) => { try { attempt(); return true } catch { return false } })
    const own = {}
    own.toString = 'own'
    class Named extends Error { constructor() { super('x'); this.name = 'Named' } }
    console.log(survived.length, own.toString, String(new Named()), Object.keys({ ...JSON.parse('{"__proto__":1}') }))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
  assert.equal(stdout, "0 own Named: x [ '__proto__' ]\n", stderr)
})
