import type { Evaluator } from './job.ts'
import type { StartThread } from './slot.ts'

/** What a pool of workers is made of, and its bounds (S-41, S-42). */
export interface PoolOptions {
  readonly startThread: StartThread
  readonly workers: number
  /** How long one evaluation may compute. */
  readonly milliseconds: number
  /** The heap of one worker; here for words only, the thread is started with it. */
  readonly heapMebibytes: number
  /** A clock that only goes forward, in milliseconds. */
  readonly nowMs: () => number
  /** Told when a worker was ended, and when an evaluation failed in a way that is our own fault. */
  readonly log?: (event: { readonly event: string; readonly why: string }) => void
}

/** What a pool does at the moment, and has done. */
export interface PoolState {
  /** Workers that have started. */
  readonly ready: number
  readonly busy: number
  /** Evaluations that wait for a worker. */
  readonly waiting: number
  /** Evaluations that were ended at a bound, by which. */
  readonly killed: { readonly time: number; readonly memory: number; readonly fault: number }
  /** Evaluations that were put back into their line to make way for others. */
  readonly madeWay: number
}

/** An evaluator whose work is done by a few workers. */
export interface EvaluatorPool extends Evaluator {
  state(): PoolState
  /** Ends the workers; what is under way is refused. */
  close(): Promise<void>
}
