import { Failure } from './failure.ts'
import { integer } from './flags.ts'

/** `--count`: 0 = as many as the server gives. */
export const countFlag = integer('The most entries to list; 0 is as many as the server gives')

/** The count to ask the server for, or undefined. */
export function countOf(count: number): number | undefined {
  if (count < 0) throw new Failure('--count must be non-negative')
  return count === 0 ? undefined : count
}
