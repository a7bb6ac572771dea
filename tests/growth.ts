import assert from 'node:assert/strict'

const factor = 8

/** What the fastest of some runs takes of the processor, in milliseconds: a machine that does other work stretches the clock, not this. */
function fastest(run: () => void): number {
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < 3; i++) {
    const start = process.threadCpuUsage()
    run()
    const { user, system } = process.threadCpuUsage(start)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

/**
 * Holds work over an input of size `n` against that over an eighth of it: with a busy machine both are slow, but what grows with the
 * square takes 64 times as long, and half of that is allowed.
 */
export function assertLinear<T>(make: (n: number) => T, run: (input: T) => unknown, n: number): void {
  const [small, large] = [make(Math.ceil(n / factor)), make(n)]
  const before = fastest(() => void run(small))
  const after = fastest(() => void run(large))
  assert.ok(after < before * (factor ** 2 / 2) + 50, `${before} ms became ${after} ms`)
}
