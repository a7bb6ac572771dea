// Loaded before the tests: property tests draw the same cases in every run, so that a red build is about the change and not about
// luck. `OPENESC_SEED=random` draws others, a number repeats what a failure printed; `OPENESC_RUNS=20` draws twenty times as many.
import fc from 'fast-check'

const given = process.env['OPENESC_SEED'] ?? '20261124'
if (given !== 'random') fc.configureGlobal({ seed: Number(given) })
