import type { Crypter } from '../eval/index.ts'
import { type Schema, schemaToJson } from '../schema/index.ts'
import { type PlainValue, stringifyJson } from '../value/index.ts'
import type { EvaluatedText, EvaluationJob, JobHost } from './job.ts'
import {
  type Answer,
  type AskedFor,
  type NumberedAnswer,
  type NumberedQuestion,
  type PackedJob,
  type PackedResult,
  packError,
  type Question,
} from './messages.ts'
import { packRecord, packValue, unpackRecord, unpackValue } from './packed.ts'

interface Asked {
  readonly question: Question
  answer: Answer | null
  /** The number by which the present worker knows it; null until that worker asks. */
  number: number | null
}

/**
 * A job as its host has it: what was asked and answered so far. A worker's memory of it may be lost at any time; then another
 * worker begins anew, asks the same, and gets the answers there are. So nothing is asked of a provider twice.
 */
export class HostedJob {
  readonly id: number
  readonly host: JobHost
  readonly work: PackedJob
  readonly result: Promise<EvaluatedText>
  /** Bytes of the texts that a worker has in memory for it. */
  weight: number
  /** Whether a worker has seen it. */
  isBegun = false
  readonly #job: EvaluationJob
  readonly #settled = Promise.withResolvers<EvaluatedText>()
  readonly #crypters: Crypter[]
  #asked: Asked[] = []
  #answered: NumberedAnswer[] = []
  #isOver = false
  /** Cancels what the host still does for it once it has ended. */
  readonly #over = new AbortController()

  constructor(id: number, job: EvaluationJob, host: JobHost) {
    this.id = id
    this.host = host
    this.#job = job
    this.#crypters = [host.crypter]
    this.result = this.#settled.promise
    this.weight = job.source.length
    const { task, name, source, context, limits = {}, cycles } = job
    this.work = {
      ...{ task, name, source: ownBytes(source), context: packRecord(context), limits },
      ...(cycles === undefined ? {} : { cycles }),
      catalogued: host.providers.isCatalogue === true,
    }
  }

  /** Whether it has ended, well or not; what comes later is passed over. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Takes the answers that the worker has not got yet. */
  takeAnswers(): readonly NumberedAnswer[] {
    const answers = this.#answered
    this.#answered = []
    return answers
  }

  get hasAnswers(): boolean {
    return this.#answered.length > 0
  }

  /** Another worker begins anew. */
  beginAgain(): void {
    for (const asked of this.#asked) asked.number = null
    this.#answered = []
  }

  /** Finds the answers to a worker's questions. `news` is called when one of them has come. */
  ask(questions: readonly NumberedQuestion[], news: () => void): void {
    for (const { number, question } of questions) {
      const known = this.#askedBefore(question)
      if (known === null) this.#askHost(number, question, news)
      else {
        known.number = number
        if (known.answer !== null) this.#answered.push({ number, answer: known.answer })
      }
    }
  }

  end(result: PackedResult): void {
    this.#isOver = true
    const { text, diagnostics, patches, rotations } = result
    this.#settled.resolve({
      ...{ text, diagnostics, rotations },
      patches: patches.map(({ docPath, replacement }) => ({
        docPath,
        replacement: unpackValue(replacement),
      })),
    })
    this.#forget()
  }

  fail(error: unknown): void {
    this.#isOver = true
    this.#settled.reject(error)
    this.#forget()
  }

  /** Plaintexts among the answers live no longer than the job (S-08). */
  #forget(): void {
    this.#asked = []
    this.#answered = []
    this.#over.abort(new Error('the evaluation has ended'))
  }

  /** What an earlier worker asked in the same words, when this one has not asked it yet. */
  #askedBefore(question: Question): Asked | null {
    const open = this.#asked.filter(({ number }) => number === null)
    if (open.length === 0) return null
    const words = wordsOf(question)
    return open.find((asked) => wordsOf(asked.question) === words) ?? null
  }

  #askHost(number: number, question: Question, news: () => void): void {
    const asked: Asked = { question, answer: null, number }
    this.#asked.push(asked)
    void this.#answer(question)
      .catch((error: unknown): Answer => ({ error: packError(error) }))
      .then((answer) => {
        if (this.#isOver) return
        asked.answer = answer
        if (asked.number === null) return
        this.#answered.push({ number: asked.number, answer })
        news()
      })
  }

  async #answer(question: Question): Promise<Answer> {
    const { loader, providers } = this.host
    switch (question.ask) {
      case 'load': {
        const { source, crypter } = await loader.load(question.name)
        this.weight += source.length
        return { source: ownBytes(source), crypter: this.#crypters.push(crypter) - 1 }
      }
      case 'decrypt': {
        const crypter = this.#crypters[question.crypter]
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
      default:
        return await this.#call(question)
    }
  }

  async #call({
    ask,
    name,
    inputs: packed,
    state: packedState,
    asked,
  }: Extract<Question, { ask: 'open' | 'openRotated' | 'rotate' }>): Promise<Answer> {
    const { providers, signal: cancelled } = this.host
    const { signal: over } = this.#over
    const signal = cancelled === undefined ? over : AbortSignal.any([cancelled, over])
    const warnings: (readonly [string, string])[] = []
    const context = this.#contextOf(asked, (summary, detail = '') => void warnings.push([summary, detail]))
    const inputs = unpackRecord(packed)
    const state = packedState === null ? null : unpackRecord(packedState)
    const value =
      ask === 'open'
        ? await (await providers.provider(name)).open(inputs, context, signal)
        : ask === 'rotate'
          ? await (await providers.rotator(name)).rotate(inputs, state, context, signal)
          : await (await providers.rotator(name)).open(inputs, state, context, signal)
    return { value: packValue(value), warnings }
  }

  #contextOf(asked: AskedFor, warn: (summary: string, detail?: string) => void) {
    return { ...asked, values: this.#job.context, warn }
  }
}

/** A question in words that tell it from every other one. */
function wordsOf(question: Question): string {
  return JSON.stringify(question, (_, value: unknown) =>
    value instanceof Map
      ? [...value]
      : value instanceof Uint8Array
        ? Buffer.from(value).toString('base64')
        : value,
  )
}

function schemaText(schema: Schema): string {
  // What `schemaToJson` gives is JSON data whose numbers are texts.
  return stringifyJson(schemaToJson(schema) as PlainValue, { escapeHtml: false, sortKeys: false })
}

/** Cloning a view clones all the memory that it looks at. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength === bytes.byteLength ? bytes : Uint8Array.from(bytes)
}
