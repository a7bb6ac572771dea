/**
 * How the evaluator waits without being asynchronous itself.
 *
 * The evaluator runs synchronously, in attempts. When it needs what is not there yet (an imported text, a provider's
 * answer), the operation is started, `pending` is thrown and what depends on it is left; siblings go on, so that
 * independent operations start together. Once something has settled, the attempt is repeated from the start with
 * every answer kept. The last attempt meets no open question: it is exactly the sequential evaluation, and only its
 * diagnostics and values count.
 */
export const pending: Error = new Error('an answer is still awaited')

/** A question to the outside and, once settled, its answer. */
export class Operation<T> {
  #outcome: { readonly value: T } | { readonly error: unknown } | null = null

  get settled(): boolean {
    return this.#outcome !== null
  }

  /** Whether it ended with an error. */
  get failed(): boolean {
    return this.#outcome !== null && 'error' in this.#outcome
  }

  /** The answer. @throws pending when there is none yet, or the error the operation ended with */
  take(): T {
    if (this.#outcome === null) throw pending
    if ('error' in this.#outcome) throw new OperationFailed(this.#outcome.error)
    return this.#outcome.value
  }

  settle(outcome: { readonly value: T } | { readonly error: unknown }): void {
    this.#outcome = outcome
  }
}

/** The outside's own refusal, kept apart from faults of the evaluator. */
export class OperationFailed extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'OperationFailed'
  }
}

/** Starts operations and tells when any of them has settled. */
export class Operations {
  readonly #signal: AbortSignal
  readonly #waits: () => void
  #inFlight = 0
  #news = 0
  #wake: (() => void) | null = null

  /** `waits` is told whenever there is nothing to do but wait. */
  constructor(signal: AbortSignal, waits: () => void = () => {}) {
    this.#signal = signal
    this.#waits = waits
  }

  start<T>(run: () => Promise<T>): Operation<T> {
    const operation = new Operation<T>()
    this.#inFlight += 1
    const settle = (outcome: { readonly value: T } | { readonly error: unknown }) => {
      operation.settle(outcome)
      this.#inFlight -= 1
      this.#news += 1
      this.#wake?.()
    }
    begin(run).then(
      (value) => settle({ value }),
      (error: unknown) => settle({ error }),
    )
    return operation
  }

  /**
   * Waits until something has settled since the last call, and one turn of the event loop more, so that answers that
   * arrive together are taken together. @throws the signal's reason when the evaluation is cancelled
   */
  async news(): Promise<void> {
    this.#signal.throwIfAborted()
    if (this.#news === 0) {
      if (this.#inFlight === 0) throw new Error('nothing to wait for')
      this.#waits()
      await this.#settledOrAborted()
    }
    await new Promise((resolve) => setImmediate(resolve))
    this.#signal.throwIfAborted()
    this.#news = 0
  }

  async #settledOrAborted(): Promise<void> {
    let abort = () => {}
    const wait = new Promise<void>((resolve, reject) => {
      this.#wake = resolve
      abort = () => reject(this.#signal.reason)
    })
    this.#signal.addEventListener('abort', abort, { once: true })
    try {
      await wait
    } finally {
      this.#wake = null
      this.#signal.removeEventListener('abort', abort)
    }
  }
}

/** A function that throws at once counts as one that rejects. */
async function begin<T>(run: () => Promise<T>): Promise<T> {
  return await run()
}
