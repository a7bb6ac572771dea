import { errorAt, limitMessage } from '../diag/index.ts'
import type { PackedResult } from './messages.ts'
import { sessionTextOf } from './session-text.ts'

/** What is said in the place of a result, when there can be none. */
export interface Finding {
  readonly summary: string
  /** One next step. */
  readonly detail: string
}

/** The finding about an evaluation that computed for longer than it may. */
export function timeOver(milliseconds: number): Finding {
  return {
    summary: limitMessage(milliseconds + 1, 'ms of evaluation, which was ended', milliseconds),
    detail: `try: split the definition, or import less; an operator may allow more (--evaluation-milliseconds, at most 10000)`,
  }
}

/** The finding about an evaluation that used more memory than it may. */
export function memoryOver(mebibytes: number): Finding {
  return {
    summary: limitMessage(mebibytes + 1, 'MiB of memory in an evaluation, which was ended', mebibytes),
    detail: `try: split the definition, or import less; an operator may allow more (--evaluation-mebibytes, at most 512)`,
  }
}

/** The finding about an evaluation that failed through a mistake of ours. */
export const cannotEvaluate: Finding = {
  summary: 'internal error: this text could not be evaluated',
  detail: 'try: report it, with the request id; the server goes on, and nothing was changed',
}

/** A result that holds nothing but a finding. */
export function resultOf({ summary, detail }: Finding): PackedResult {
  return {
    text: sessionTextOf(null),
    diagnostics: [errorAt(null, summary, '', detail)],
    patches: [],
    rotations: [],
  }
}
