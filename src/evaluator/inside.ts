import type { EvaluationHost, ExecutionContext, Provider, ProviderSet, Rotator } from '../eval/index.ts'
import { type Schema, schemaFromJson } from '../schema/index.ts'
import { type ExportedRecord, type ExportedValue, parseJson } from '../value/index.ts'
import { evaluateJob } from './job.ts'
import {
  type Answer,
  type HostMessage,
  isEvaluation,
  type PackedJob,
  type PackedText,
  type PackedWork,
  packError,
  type Question,
  unpackError,
  type WorkerMessage,
} from './messages.ts'
import { packRecord, packValue, unpackRecord, unpackValue } from './packed.ts'
import { workOnText } from './text-work.ts'

/** What a provider or rotator is without its powers. */
export type Described<T extends Provider | Rotator> = Omit<T, 'open' | 'rotate'>

/**
 * The descriptions of providers that a worker has at hand; each call makes a fresh one, because compiling marks schemas. An
 * unknown name is refused in the words of a `ProviderSet`.
 */
export interface Descriptions {
  readonly provider: (name: string) => Described<Provider>
  readonly rotator: (name: string) => Described<Rotator>
}

/** What a worker is given of its thread. */
export interface WorkerThread {
  readonly post: (message: WorkerMessage, handedOver: readonly ArrayBuffer[]) => void
  /** Milliseconds that the thread has computed. */
  readonly cpuMilliseconds: () => number
  /** A signal that aborts after so many milliseconds. */
  readonly timeout: (milliseconds: number) => AbortSignal
  readonly descriptions: Descriptions
}

/** The worker's side: gives what takes the host's messages, one after the other. */
export function createWorkerSide(thread: WorkerThread): (message: HostMessage) => void {
  const jobs = new Map<number, Conversation>()
  thread.post({ kind: 'ready', cpuMs: thread.cpuMilliseconds() }, [])
  return (message) => {
    if (message.kind === 'start') {
      const conversation = new Conversation(message.job, message.work, thread)
      jobs.set(message.job, conversation)
      void conversation.run().finally(() => jobs.delete(message.job))
    } else if (message.kind === 'answered') {
      for (const { number, answer } of message.answers) jobs.get(message.job)?.take(number, answer)
    } else {
      jobs.delete(message.job)
    }
  }
}

/** One job, and the questions it has open. */
class Conversation {
  readonly #job: number
  readonly #work: PackedWork
  readonly #thread: WorkerThread
  readonly #open = new Map<number, PromiseWithResolvers<Answer>>()
  #asked: { readonly number: number; readonly question: Question }[] = []
  #questions = 0
  /** Answers that this side gives itself, within this turn: the evaluation goes on without the host. */
  #ownAnswers = 0

  constructor(job: number, work: PackedWork, thread: WorkerThread) {
    this.#job = job
    this.#work = work
    this.#thread = thread
  }

  async run(): Promise<void> {
    try {
      await (isEvaluation(this.#work) ? this.#evaluate(this.#work) : this.#workOnText(this.#work))
    } catch (error) {
      this.#thread.post({ kind: 'failed', job: this.#job, cpuMs: this.#cpuMs(), error: packError(error) }, [])
    }
  }

  async #evaluate({ context, ...work }: PackedJob): Promise<void> {
    const evaluated = await evaluateJob(
      { ...work, context: unpackRecord(context) },
      {
        now: this.#thread.cpuMilliseconds,
        timeout: this.#thread.timeout,
        owner: '',
        providers: this.#providers(work.catalogued),
        loader: { load: (wanted) => this.#load(wanted) },
        crypter: this.#crypter(0),
        waits: () => this.#tell(),
      },
    )
    const { text, diagnostics, rotations } = evaluated
    const patches = evaluated.patches.map(({ docPath, replacement }) => ({
      docPath,
      replacement: packValue(replacement),
    }))
    const whole = ownBytes(text.whole)
    const result = { text: { ...text, whole }, diagnostics, patches, rotations }
    this.#thread.post({ kind: 'done', job: this.#job, cpuMs: this.#cpuMs(), result }, [whole.buffer])
  }

  async #workOnText({ patches, ...job }: PackedText): Promise<void> {
    const task =
      job.task.kind === 'seal' && patches !== undefined
        ? {
            ...job.task,
            patches: patches.map(({ docPath, replacement }) => ({
              docPath,
              replacement: unpackValue(replacement),
            })),
          }
        : job.task
    const worked = await workOnText({ ...job, task }, async (secrets) => {
      const answer = this.#ask({
        ask: 'secrets',
        secrets: secrets.map(({ bytes, path }) => ({ bytes: ownBytes(bytes), path })),
      })
      this.#tell()
      return (await answer).secrets
    })
    const result = {
      ...worked,
      source: ownBytes(worked.source),
      secrets: worked.secrets.map(({ path, ciphertext }) => ({ path, ciphertext: ownBytes(ciphertext) })),
    }
    this.#thread.post({ kind: 'done', job: this.#job, cpuMs: this.#cpuMs(), result }, [])
  }

  #cpuMs(): number {
    return this.#thread.cpuMilliseconds()
  }

  take(number: number, answer: Answer): void {
    this.#open.get(number)?.resolve(answer)
    this.#open.delete(number)
  }

  /** Nothing more can be done without the host: what was asked since the last time goes there, also when it is nothing. */
  #tell(): void {
    if (this.#ownAnswers > 0) return
    const questions = this.#asked
    this.#asked = []
    this.#thread.post({ kind: 'asked', job: this.#job, cpuMs: this.#cpuMs(), questions }, [])
  }

  async #ask<K extends Question['ask']>(question: Extract<Question, { ask: K }>): Promise<AnswerTo<K>> {
    this.#questions += 1
    const number = this.#questions
    const waiting = Promise.withResolvers<Answer>()
    this.#open.set(number, waiting)
    this.#asked.push({ number, question })
    const answer = await waiting.promise
    if ('error' in answer) throw unpackError(answer.error)
    // A host answers a question with what belongs to it.
    return answer as AnswerTo<K>
  }

  async #load(name: string): Promise<{ source: Uint8Array; crypter: EvaluationHost['crypter'] }> {
    const { source, crypter } = await this.#ask({ ask: 'load', name })
    return { source, crypter: this.#crypter(crypter) }
  }

  #crypter(number: number): EvaluationHost['crypter'] {
    return {
      encrypt: () => Promise.reject(new Error('an evaluation seals nothing')),
      decrypt: async (sealed, path) =>
        (await this.#ask({ ask: 'decrypt', crypter: number, sealed, path })).plaintext,
    }
  }

  #providers(catalogued: boolean): ProviderSet {
    const { provider, rotator } = this.#thread.descriptions
    return {
      provider: async (name) => ({
        ...(await (catalogued ? this.#own(() => provider(name)) : this.#describe('provider', name))),
        open: (inputs, context) => this.#call('open', name, inputs, null, context),
      }),
      rotator: async (name) => ({
        ...(await (catalogued ? this.#own(() => rotator(name)) : this.#describe('rotator', name))),
        open: (inputs, state, context) => this.#call('openRotated', name, inputs, state, context),
        rotate: (inputs, state, context) => this.#call('rotate', name, inputs, state, context),
      }),
    }
  }

  /** The evaluation meets the answer after this turn, as it meets one of the host. */
  async #own<T>(answer: () => T): Promise<T> {
    this.#ownAnswers += 1
    await null
    this.#ownAnswers -= 1
    return answer()
  }

  async #describe(what: 'provider' | 'rotator', name: string): Promise<Omit<Described<Rotator>, 'inspect'>> {
    const { inputs, state, outputs } = await this.#ask({ ask: 'describe', what, name })
    return { inputs: schemaOf(inputs), state: schemaOf(state), outputs: schemaOf(outputs) }
  }

  async #call(
    ask: 'open' | 'openRotated' | 'rotate',
    name: string,
    inputs: ExportedRecord,
    state: ExportedRecord | null,
    { currentEnvironment, rootEnvironment, warn }: ExecutionContext,
  ): Promise<ExportedValue> {
    const { value, warnings } = await this.#ask({
      ...{ ask, name, inputs: packRecord(inputs), state: state === null ? null : packRecord(state) },
      asked: { currentEnvironment, rootEnvironment },
    })
    for (const [summary, detail] of warnings) warn(summary, detail)
    return unpackValue(value)
  }
}

type AnswerTo<K extends Question['ask']> = Extract<
  Answer,
  K extends 'load'
    ? { source: Uint8Array }
    : K extends 'decrypt'
      ? { plaintext: Uint8Array }
      : K extends 'secrets'
        ? { secrets: unknown }
        : K extends 'describe'
          ? { inputs: string }
          : { value: unknown }
>

function schemaOf(text: string): Schema {
  return schemaFromJson(parseJson(text))
}

/** Bytes that share their memory with nothing, so that they can be handed over. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
  return isOwn ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes)
}
