/** Lets one piece of work run at a time, in the order they came. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs `work` when all that came before has ended, well or badly. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work, work)
    // The chain must go on after a failure; whoever called gets it from `next`.
    this.#last = next.catch(() => undefined)
    return next
  }
}
