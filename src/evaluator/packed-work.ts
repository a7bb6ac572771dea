import { ownBytes } from './answers.ts'
import type { EvaluatedText, EvaluationJob, JobHost } from './job.ts'
import type { PackedJob, PackedResult, PackedText } from './messages.ts'
import { packRecord, packValue, unpackValue } from './packed.ts'
import type { TextJob } from './text-work.ts'

/** An evaluation, ready to be cloned. */
export function packJob(
  { task, name, source, context, limits = {}, cycles }: EvaluationJob,
  { providers }: Pick<JobHost, 'providers'>,
): PackedJob {
  return {
    ...{ task, name, source: ownBytes(source), context: packRecord(context), limits },
    ...(cycles === undefined ? {} : { cycles }),
    catalogued: providers.isCatalogue === true,
  }
}

/** Work on a text, ready to be cloned. */
export function packText({ task, name, source }: TextJob): PackedText {
  const own = { name, source: ownBytes(source) }
  if (task.kind !== 'seal' || task.patches === undefined) return { task, ...own }
  const patches = task.patches.map(({ docPath, replacement }) => ({
    docPath,
    replacement: packValue(replacement),
  }))
  return { task: { kind: 'seal' }, patches, ...own }
}

/** A result that was cloned, as it was. */
export function evaluatedOf({ text, diagnostics, patches, rotations }: PackedResult): EvaluatedText {
  return {
    ...{ text, diagnostics, rotations },
    patches: patches.map(({ docPath, replacement }) => ({ docPath, replacement: unpackValue(replacement) })),
  }
}
