import type { Diagnostic } from '../diag/index.ts'
import {
  checkEnvironment,
  type Evaluation,
  type EvaluationHost,
  type EvaluationLimits,
  openEnvironment,
  type Patch,
  type RotationResult,
  rotateEnvironment,
} from '../eval/index.ts'
import { loadDefinition } from '../expr/index.ts'
import type { ExportedRecord } from '../value/index.ts'
import { type SessionText, sessionTextOf } from './session-text.ts'
import { type TextHost, type TextJob, type WorkedText, workOnText } from './text-work.ts'

/** One text to evaluate, as plain data: all that goes into an evaluator at once. */
export interface EvaluationJob {
  readonly task: Task
  /** The name that ranges and the context carry for the text. */
  readonly name: string
  readonly source: Uint8Array
  /** The facts that `${context…}` gives. */
  readonly context: ExportedRecord
  readonly limits?: Partial<EvaluationLimits>
  readonly cycles?: EvaluationHost['cycles']
}

/** What is to be done with a text. */
export type Task =
  /** `findingsAlone` = nobody reads the text, which is then that of an environment that holds nothing. */
  | { readonly kind: 'check'; readonly showSecrets: boolean; readonly findingsAlone?: boolean }
  | { readonly kind: 'open' }
  | { readonly kind: 'rotate'; readonly paths: readonly string[] }

/** What an evaluator asks while it works: imports, plaintexts and providers, which it has none of itself. */
export interface JobHost
  extends Pick<EvaluationHost, 'providers' | 'loader' | 'crypter' | 'signal' | 'timeout' | 'waits'> {
  /** Milliseconds of some clock, by which an evaluation in process is bounded; one in a worker has its own. */
  readonly now: () => number
  /** Whose work it is, so that nobody's crowds out the others'. */
  readonly owner: string
}

/** What an evaluation gives: the text that a reader gets, findings, and what has to be written back. */
export interface EvaluatedText {
  readonly text: SessionText
  /** In order of emission, those of reading the text first. */
  readonly diagnostics: readonly Diagnostic[]
  readonly patches: readonly Patch[]
  readonly rotations: readonly RotationResult[]
}

/**
 * Evaluates texts within bounds, in this thread or in another.
 *
 * @throws AppError EVALUATORS_BUSY when too much waits; what the host's own functions throw is a finding, as `eval` has it
 */
export interface Evaluator {
  run(job: EvaluationJob, host: JobHost): Promise<EvaluatedText>
  /**
   * Rewrites the secrets of a text, or tells what stands in it; nothing of it is evaluated.
   *
   * @throws AppError DIAGNOSTICS when it was ended at a bound, CIPHERTEXT_INVALID; what `host.secrets` throws is thrown on
   */
  work(job: TextJob, host: TextHost): Promise<WorkedText>
}

/** Evaluates in the thread that calls: for the command line, the library and tests of the language. */
export const evaluatorInProcess: Evaluator = {
  run: evaluateJob,
  work: (job, { secrets }) => workOnText(job, secrets),
}

const nothing: Evaluation = { environment: null, diagnostics: [], patches: [], rotations: [] }

/** Reads, evaluates and writes down one text. Never throws for anything that a text can hold. */
export async function evaluateJob(job: EvaluationJob, host: JobHost): Promise<EvaluatedText> {
  const { task, name, source, context, limits, cycles } = job
  const { definition, diagnostics } = loadDefinition(name, source)
  const { now, providers, loader, crypter, signal, timeout, waits } = host
  const evaluation =
    definition === null
      ? nothing
      : await evaluate(task, name, definition, {
          ...{ now, providers, loader, crypter, context },
          ...(limits === undefined ? {} : { limits }),
          ...(cycles === undefined ? {} : { cycles }),
          ...(signal === undefined ? {} : { signal }),
          ...(timeout === undefined ? {} : { timeout }),
          ...(waits === undefined ? {} : { waits }),
        })
  return {
    text: sessionTextOf(task.kind === 'check' && task.findingsAlone ? null : evaluation.environment),
    diagnostics: [...diagnostics, ...evaluation.diagnostics],
    patches: evaluation.patches,
    rotations: evaluation.rotations,
  }
}

type Definition = NonNullable<ReturnType<typeof loadDefinition>['definition']>

function evaluate(
  task: Task,
  name: string,
  definition: Definition,
  host: EvaluationHost,
): Promise<Evaluation> {
  switch (task.kind) {
    case 'check':
      return checkEnvironment(name, definition, host, task)
    case 'open':
      return openEnvironment(name, definition, host)
    case 'rotate':
      return rotateEnvironment(name, definition, host, task)
  }
}
