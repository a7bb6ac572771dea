import type { Target } from './targets.ts'

/** An input that something did not hold of, and what. */
export interface Finding {
  readonly target: string
  readonly seed: number
  readonly what: string
  readonly input: string
}

/** What a run came to. */
export interface Outcome {
  readonly inputs: number
  readonly findings: readonly Finding[]
  readonly slowestMilliseconds: number
}

/** No input may take longer. */
const longestMilliseconds = 1000

/**
 * Runs `count` inputs of a target, from `seed` on. An input that takes more than a second counts only if it does so again: the machine
 * may have been busy.
 */
export async function fuzz(target: Target, count: number, seed: number): Promise<Outcome> {
  const findings: Finding[] = []
  let slowestMilliseconds = 0
  for (let i = 0; i < count; i++) {
    const input = target.make(seed + i)
    try {
      let taken = await timed(target, input)
      if (taken > longestMilliseconds) taken = await timed(target, input)
      if (taken > longestMilliseconds) throw new Error(`took ${Math.round(taken)} ms`)
      slowestMilliseconds = Math.max(slowestMilliseconds, taken)
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error)
      findings.push({ target: target.name, seed: seed + i, what, input: JSON.stringify(input) })
    }
  }
  return { inputs: count, findings, slowestMilliseconds }
}

async function timed(target: Target, input: Parameters<Target['run']>[0]): Promise<number> {
  const start = performance.now()
  await target.run(input)
  return performance.now() - start
}
