import type { ExecutionContext, Rotator } from '../../src/eval/index.ts'
import type { ExportedRecord } from '../../src/value/index.ts'

const zero = { line: 0, column: 0, byte: 0 }
const trace = { def: { environment: '', begin: zero, end: zero } }

/** Keeps a secret count, one more with each rotation; `first` runs before and may refuse. */
export function countingRotator(
  first: (inputs: ExportedRecord, context: ExecutionContext) => Promise<void> = async () => {},
): Rotator {
  return {
    inputs: true,
    state: { type: 'object', properties: { n: { type: 'string' } }, additionalProperties: false },
    outputs: true,
    open: async (_inputs, state) => ({ value: state ?? {}, trace }),
    rotate: async (inputs, state, context) => {
      await first(inputs, context)
      const n = String(Number(state?.['n']?.value ?? 0) + 1)
      return { value: { n: { value: n, secret: true, trace } }, trace }
    },
  }
}
