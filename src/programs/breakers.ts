import { type Breakers, createBreakers } from '../providers/index.ts'

/** Breakers as a server has them, by real clocks. */
export function systemBreakers(): Breakers {
  return createBreakers({
    monotonicMs: () => performance.now(),
    clock: () => new Date(),
    chance: Math.random,
  })
}
