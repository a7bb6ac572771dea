// Who holds the workers when several organizations have evaluations that compute for long.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EvaluatorPool } from '../../src/evaluator/index.ts'
import { hostOf, littleMemory, longBomb, longText, memoryBomb, openingOf, withEvaluators } from './scene.ts'

const roomy = { workers: 2, milliseconds: 10_000, heapMebibytes: 512 }
const small = 'values: {greeting: hello}'

/** Evaluations, and what became of each, in order: `name`, or `name refused`. */
function observed(evaluators: EvaluatorPool) {
  const order: string[] = []
  const says: string[] = []
  const run = async (owner: string, text: string, name = owner) => {
    try {
      await evaluators.run(openingOf(text), hostOf(owner))
      order.push(name)
    } catch (error) {
      order.push(`${name} refused`)
      says.push(String(error))
    }
  }
  return { order, says, run }
}

test('while one organization has long bombs at its full quota, the evaluations of others are all answered beside the first of them', () =>
  withEvaluators(roomy, async (evaluators) => {
    // By order and by who holds a worker. The times are printed only, so R-43's share of the usual time is not proved here.
    const { order, run } = observed(evaluators)
    const times = async () => {
      const took: number[] = []
      for (let i = 0; i < 60; i += 1) {
        const beganMs = performance.now()
        await run(i % 2 === 0 ? 'b' : 'c', small, 'other')
        took.push(performance.now() - beganMs)
      }
      return took.sort((x, y) => x - y).at(-1) ?? 0
    }
    const usual = await times()
    // One in a worker, 64 wait; the next is refused.
    const bombs = Array.from({ length: 66 }, () => run('a', longBomb, 'bomb'))
    const beside = await times()
    console.log(`longest of 60: ${usual.toFixed(1)} ms alone, ${beside.toFixed(1)} ms beside bombs`)
    assert.deepEqual(new Set(order), new Set(['other', 'bomb refused']))
    assert.equal(order.filter((name) => name === 'other').length, 120)
    assert.equal(order.filter((name) => name === 'bomb refused').length, 1)
    const { busy, waiting, madeWay } = evaluators.state()
    assert.deepEqual({ busy, waiting, madeWay }, { busy: 1, waiting: 64, madeWay: 0 })
    await evaluators.close()
    await Promise.all(bombs)
  }))

test('the first bombs of several organizations hold every worker no longer than until somebody else waits', () =>
  withEvaluators(roomy, async (evaluators) => {
    const { order, run } = observed(evaluators)
    await Promise.all([run('warm', small), run('warmer', small)])
    order.length = 0
    const bombs = [run('a', longBomb), run('b', longBomb)]
    assert.equal(evaluators.state().busy, 2)
    await run('c', small)
    // The one that made way waits for the other; a third of a further organization gets as far.
    assert.deepEqual(order, ['c'])
    assert.deepEqual([evaluators.state().madeWay, evaluators.state().waiting], [1, 1])
    bombs.push(run('d', longBomb))
    await run('e', small)
    assert.deepEqual(order, ['c', 'e'])
    assert.deepEqual([evaluators.state().madeWay, evaluators.state().waiting], [2, 2])
    // All three are known: more of theirs waits, and others are answered at once.
    bombs.push(...['a', 'b', 'd'].map((owner) => run(owner, longBomb)))
    for (let i = 0; i < 10; i += 1) await run('c', small)
    assert.equal(evaluators.state().madeWay, 2)
    assert.deepEqual(new Set(order), new Set(['c', 'e']))
    assert.equal(evaluators.state().busy, 1)
    await evaluators.close()
    await Promise.all(bombs)
  }))

test('an evaluation that made way ends as it would have alone, and its provider is called once', () =>
  withEvaluators(roomy, async (evaluators) => {
    const calls: string[] = []
    const place = { line: 0, column: 0, byte: 0 }
    const trace = { def: { environment: '', begin: place, end: place } }
    const long = async (owner: string) => {
      const open = async () => {
        calls.push(owner)
        return { value: owner.repeat(60_000), trace }
      }
      const host = hostOf(owner, { letters: { inputs: true, outputs: true, open } })
      const { text } = await evaluators.run(openingOf(longText('{fn::open::letters: {}}', 2, 8)), host)
      const whole = Buffer.from(text.whole).toString()
      assert.match(whole, /"value":"came"/)
      return whole.length
    }
    const longs = [long('a'), long('b')]
    while (calls.length < 2 || evaluators.state().busy < 2)
      await new Promise((resolve) => setTimeout(resolve, 5))
    await evaluators.run(openingOf(small), hostOf('c'))
    assert.equal(evaluators.state().madeWay, 1)
    const [one, other] = await Promise.all(longs)
    assert.equal(one, other)
    assert.deepEqual(calls.sort(), ['a', 'b'])
    assert.deepEqual(evaluators.state().killed, { time: 0, memory: 0, fault: 0 })
  }))

test('with one worker, whoever had an evaluation ended at a bound comes behind everybody else', () =>
  withEvaluators({ ...littleMemory, workers: 1 }, async (evaluators) => {
    const { order, run } = observed(evaluators)
    await run('a', memoryBomb)
    await Promise.all(['b', 'a', 'c', 'd'].map((owner) => run(owner, small)))
    assert.deepEqual(order, ['a', 'b', 'c', 'd', 'a'])
  }))

test('when all places to wait are taken, who has most of them gives one to who has fewer', () =>
  withEvaluators(roomy, async (evaluators) => {
    const { order, says, run } = observed(evaluators)
    const runs = [65, 65, 64, 64].flatMap((count, i) =>
      Array.from({ length: count }, () => run('abcd'[i] ?? '', small)),
    )
    assert.equal(evaluators.state().waiting, 256)
    runs.push(run('e', small))
    await Promise.all(runs)
    assert.deepEqual(
      order.filter((name) => name.endsWith('refused')),
      ['a refused'],
    )
    assert.match(
      says[0] ?? '',
      /evaluators_busy: others wait too, and this organization had most places; nothing was begun/,
    )
    assert.ok(order.indexOf('e') < 20, `${order.indexOf('e')}`)
  }))
