import type { Provider } from '../../src/eval/index.ts'
import type { EvaluationJob, JobHost } from '../../src/evaluator/index.ts'
import { type EvaluatorSettings, startEvaluators } from '../../src/programs/evaluators.ts'

/** Little memory and much time, and the reverse: so it is known which bound ends a bomb. Two workers, as a server has. */
export const littleMemory: EvaluatorSettings = { workers: 2, milliseconds: 10_000, heapMebibytes: 24 }
export const littleTime: EvaluatorSettings = { workers: 2, milliseconds: 200, heapMebibytes: 512 }

/** Real workers, all of them started. */
export async function startedEvaluators(
  settings: EvaluatorSettings,
): Promise<ReturnType<typeof startEvaluators>> {
  const evaluators = startEvaluators(settings)
  while (evaluators.state().ready < settings.workers) await new Promise((resolve) => setTimeout(resolve, 5))
  return evaluators
}

/** Real workers, ended after the work. */
export async function withEvaluators<T>(
  settings: EvaluatorSettings,
  work: (evaluators: ReturnType<typeof startEvaluators>) => Promise<T>,
): Promise<T> {
  const evaluators = await startedEvaluators(settings)
  try {
    return await work(evaluators)
  } finally {
    await evaluators.close()
  }
}

export function openingOf(text: string): EvaluationJob {
  return { task: { kind: 'open' }, name: 'web/dev', source: Buffer.from(text), context: {} }
}

/** A host without imports; providers by name. */
export function hostOf(owner: string, providers: { readonly [name: string]: Provider } = {}): JobHost {
  const crypter = { encrypt: async (bytes: Uint8Array) => bytes, decrypt: async (bytes: Uint8Array) => bytes }
  return {
    owner,
    now: () => performance.now(),
    crypter,
    providers: {
      async provider(name) {
        const found = providers[name]
        if (found === undefined) throw new Error(`unknown provider "${name}"`)
        return found
      },
      async rotator(name) {
        throw new Error(`unknown rotator "${name}"`)
      },
    },
    loader: {
      async load() {
        throw new Error('not found')
      },
    },
  }
}

/** 16 texts of a mebibyte each way: far beyond 24 MiB, within every other bound of the language. */
export const memoryBomb = `values:
  s0: ${JSON.stringify('[],'.repeat(20_000))}
  s1: "[${'${s0}'.repeat(16)}0]"
${Array.from({ length: 20 }, (_, i) => `  t${i}: {fn::fromJSON: "\${s1}"}`).join('\n')}
`

/** Computes until its two seconds are over, with little memory and few steps. */
export const longBomb = longText(JSON.stringify('a'.repeat(60_000)), 300)

/** Computes the longer the more lines there are, some 50 ms each time; it begins with a text of 60,000 letters. */
export function longText(letters: string, lines: number, times = 1): string {
  return `values:
  s0: ${letters}
  s1: "${'${s0}'.repeat(16)}"
${Array.from({ length: lines }, (_, i) => `  t${i}: ${'{fn::fromJSON: {fn::toJSON: '.repeat(times)}"\${s1}${i}"${'}}'.repeat(times)}`).join('\n')}
  end: came
`
}
