import type { Crypter } from '../eval/index.ts'
import { type Schema, schemaToJson } from '../schema/index.ts'
import { type PlainValue, stringifyJson } from '../value/index.ts'
import type { EvaluationJob, JobHost } from './job.ts'
import type { Answer, AskedFor, Question } from './messages.ts'
import { packValue, unpackRecord } from './packed.ts'

/** Answers a worker's question; `over` aborts when the job has ended. */
export type AnswerQuestion = (question: Question, over: AbortSignal) => Promise<Answer>

/** The answers to what an evaluation asks, by its host; `loaded` is told how many bytes an import has. */
export function answersOf(
  job: EvaluationJob,
  host: JobHost,
  loaded: (bytes: number) => void,
): AnswerQuestion {
  const { loader, providers, signal: cancelled } = host
  // Crypters stay here: a worker knows their numbers.
  const crypters: Crypter[] = [host.crypter]
  const call = async (
    question: Extract<Question, { ask: 'open' | 'openRotated' | 'rotate' }>,
    over: AbortSignal,
  ): Promise<Answer> => {
    const { ask, name } = question
    const signal = cancelled === undefined ? over : AbortSignal.any([cancelled, over])
    const warnings: (readonly [string, string])[] = []
    const context = contextOf(job, question.asked, (summary, detail = '') => {
      warnings.push([summary, detail])
    })
    const inputs = unpackRecord(question.inputs)
    const state = question.state === null ? null : unpackRecord(question.state)
    const value =
      ask === 'open'
        ? await (await providers.provider(name)).open(inputs, context, signal)
        : ask === 'rotate'
          ? await (await providers.rotator(name)).rotate(inputs, state, context, signal)
          : await (await providers.rotator(name)).open(inputs, state, context, signal)
    return { value: packValue(value), warnings }
  }
  return async (question, over) => {
    switch (question.ask) {
      case 'load': {
        const { source, crypter } = await loader.load(question.name)
        loaded(source.length)
        return { source: ownBytes(source), crypter: crypters.push(crypter) - 1 }
      }
      case 'decrypt': {
        const crypter = crypters[question.crypter]
        if (crypter === undefined) throw new Error(`no crypter ${question.crypter}`)
        return { plaintext: ownBytes(await crypter.decrypt(question.sealed, question.path)) }
      }
      case 'describe': {
        const found =
          question.what === 'provider'
            ? { state: false, ...(await providers.provider(question.name)) }
            : await providers.rotator(question.name)
        const { inputs, state, outputs } = found
        return { inputs: schemaText(inputs), state: schemaText(state), outputs: schemaText(outputs) }
      }
      case 'secrets':
        throw new Error('an evaluation asks for one secret at a time')
      default:
        return await call(question, over)
    }
  }
}

function contextOf(
  { context }: EvaluationJob,
  asked: AskedFor,
  warn: (summary: string, detail?: string) => void,
) {
  return { ...asked, values: context, warn }
}

/** Bytes that share their memory with nothing: cloning a view clones all the memory that it looks at. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength === bytes.byteLength ? bytes : Uint8Array.from(bytes)
}

function schemaText(schema: Schema): string {
  // What `schemaToJson` gives is JSON data whose numbers are texts.
  return stringifyJson(schemaToJson(schema) as PlainValue, { escapeHtml: false, sortKeys: false })
}
