import { UsageFailure } from './failure.ts'

/** How many positionals a command takes; `most` may be Infinity. */
export interface ArgumentCount {
  readonly least: number
  readonly most: number
}

/** Exactly this many. */
export function exactly(count: number): ArgumentCount {
  return { least: count, most: count }
}

/** From `least` to `most`. */
export function between(least: number, most: number): ArgumentCount {
  return { least, most }
}

/** Up to `most`. */
export function atMost(most: number): ArgumentCount {
  return { least: 0, most }
}

/** Any number. */
export const anyCount: ArgumentCount = { least: 0, most: Number.POSITIVE_INFINITY }

/**
 * Refuses a wrong number of arguments.
 *
 * @throws Failure `accepts 3 arg(s), received 2` and its relatives
 */
export function checkCount({ least, most }: ArgumentCount, received: number): void {
  if (received >= least && received <= most) return
  const accepts =
    least === most
      ? `${most} arg(s)`
      : least === 0
        ? `at most ${most} arg(s)`
        : `between ${least} and ${most} arg(s)`
  throw new UsageFailure(`accepts ${accepts}, received ${received}`)
}
