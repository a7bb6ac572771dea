import type { HostedJob } from './hosted-job.ts'

/** The jobs of one owner. */
export interface Line {
  /** Jobs that a worker could go on with, those begun first. */
  readonly begun: HostedJob[]
  /** Jobs that no worker has seen. */
  readonly fresh: HostedJob[]
  /** Jobs between their begin and their end. */
  active: number
  /** Workers that work for the owner now. */
  working: number
  /** Until when the owner counts as slow: one of its jobs computed for long. */
  slowUntilMs: number
}

/** An owner may have so many jobs begun; a job that waits for a provider is one of them. */
const activeForOwner = 32

/** The owner's jobs that a worker could take up now, the first of them first. */
export function readyOf({ begun, fresh, active }: Line): readonly HostedJob[] {
  return active < activeForOwner ? [...begun, ...fresh.slice(0, 1)] : begun
}

/**
 * Jobs that wait for a worker, one line for each owner, served in turn: however many one owner has, the next of every other
 * comes after one of them.
 */
export class Lines {
  readonly #lines = new Map<string, Line>()

  of(owner: string): Line {
    let line = this.#lines.get(owner)
    if (line === undefined) {
      line = { begun: [], fresh: [], active: 0, working: 0, slowUntilMs: 0 }
      this.#lines.set(owner, line)
    }
    return line
  }

  /** Jobs that wait for a worker. */
  get waiting(): number {
    let waiting = 0
    for (const { begun, fresh } of this.#lines.values()) waiting += begun.length + fresh.length
    return waiting
  }

  /** Whether it is so of some owner's line. */
  some(isSo: (line: Line) => boolean): boolean {
    return [...this.#lines.values()].some(isSo)
  }

  /** The line in which most jobs wait that no worker has seen; there is one once somebody came. */
  longest(): Line {
    return [...this.#lines.values()].reduce((most, line) =>
      line.fresh.length > most.fresh.length ? line : most,
    )
  }

  /** The first job that may go on now, by the owners' turns; it leaves its line, and its owner goes to the end. */
  next(choose: (line: Line, owner: string) => HostedJob | null): HostedJob | null {
    for (const [owner, line] of this.#lines) {
      const job = choose(line, owner)
      if (job === null) continue
      this.#lines.delete(owner)
      this.#lines.set(owner, line)
      remove(line.begun, job)
      remove(line.fresh, job)
      return job
    }
    return null
  }

  /** Takes a job out of its line, wherever it stands. */
  leave(job: HostedJob): void {
    const line = this.of(job.asker.owner)
    remove(line.begun, job)
    remove(line.fresh, job)
  }

  /** Forgets owners that have nothing here, slow ones when they no longer count as such. */
  sweep(nowMs: number): void {
    for (const [owner, { begun, fresh, active, slowUntilMs }] of this.#lines) {
      if (begun.length + fresh.length + active === 0 && slowUntilMs <= nowMs) this.#lines.delete(owner)
    }
  }

  all(): HostedJob[] {
    return [...this.#lines.values()].flatMap(({ begun, fresh }) => [...begun, ...fresh])
  }
}

function remove(jobs: HostedJob[], job: HostedJob): void {
  const at = jobs.indexOf(job)
  if (at >= 0) jobs.splice(at, 1)
}
