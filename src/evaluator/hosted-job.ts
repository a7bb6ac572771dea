import type { AnswerQuestion } from './answers.ts'
import {
  type Answer,
  type NumberedAnswer,
  type NumberedQuestion,
  type PackedResult,
  type PackedWork,
  packError,
  type Question,
} from './messages.ts'
import type { WorkedText } from './text-work.ts'

/** Who wants a job done, and what knows the answers to its questions. */
export interface JobAsker {
  readonly owner: string
  readonly signal?: AbortSignal | undefined
  readonly answer: AnswerQuestion
}

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
  readonly work: PackedWork
  readonly asker: JobAsker
  readonly result: Promise<PackedResult | WorkedText>
  /** Bytes of the texts that a worker has in memory for it. */
  weight: number
  /** Whether a worker has seen it. */
  isBegun = false
  /** Whether it was put back into its line to make way for others, and whether it waits there since. */
  madeWay: 'never' | 'waits' | 'goes on' = 'never'
  readonly #settled = Promise.withResolvers<PackedResult | WorkedText>()
  #asked: Asked[] = []
  #answered: NumberedAnswer[] = []
  #isOver = false
  /** Cancels what the host still does for it once it has ended. */
  readonly #over = new AbortController()

  constructor(id: number, work: PackedWork, asker: JobAsker) {
    this.id = id
    this.work = work
    this.asker = asker
    this.result = this.#settled.promise
    this.weight = work.source.length
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

  /** Whether a rotator was asked for a new secret. */
  get hasRotated(): boolean {
    return this.#asked.some(({ question }) => question.ask === 'rotate')
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

  end(result: PackedResult | WorkedText): void {
    this.#isOver = true
    this.#settled.resolve(result)
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
    void this.asker
      .answer(question, this.#over.signal)
      .catch((error: unknown): Answer => ({ error: packError(error) }))
      .then((answer) => {
        if (this.#isOver) return
        asked.answer = answer
        if (asked.number === null) return
        this.#answered.push({ number: asked.number, answer })
        news()
      })
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
