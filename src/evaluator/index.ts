export {
  createWorkerSide,
  type Described,
  type Descriptions,
  type WorkerThread,
} from './inside.ts'
export {
  type EvaluatedText,
  type EvaluationJob,
  type Evaluator,
  evaluatorInProcess,
  type JobHost,
  type Task,
} from './job.ts'
export type { HostMessage, WorkerMessage } from './messages.ts'
export { createEvaluatorPool } from './pool.ts'
export type { EvaluatorPool, PoolOptions, PoolState } from './pool-options.ts'
export { findProperty } from './property.ts'
export { plain, renderEnvironment, renderValue } from './rendered.ts'
export {
  decodeSession,
  encodeSession,
  type SessionText,
  sessionTextOf,
  valuesOf,
  valueTextAt,
} from './session-text.ts'
export type { StartThread, Thread, ThreadEnd, ThreadEvents } from './slot.ts'
export type { NewSecret, PlacedBytes, TextHost, TextJob, TextTask, WorkedText } from './text-work.ts'
