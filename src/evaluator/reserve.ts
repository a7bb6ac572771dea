import type { HostedJob } from './hosted-job.ts'
import { type Line, type Lines, readyOf } from './lines.ts'
import type { Slot } from './slot.ts'

/**
 * Whoever computes for so long at a time counts as slow for a while: the slow ones leave a worker to the others. It is the thread's own time,
 * so that a busy machine makes nobody slow.
 */
const slowComputedMs = 100
const slowForMs = 30_000

/** What holds a worker for so long, and has computed so much, makes way for others, once, when there is no other worker for them. */
const longHeldMs = 250

/**
 * The worker that is left to those who are not slow. Slow owners get it never; an owner who is not known as slow yet may,
 * and what it does there makes way: it goes back to its line, and begins anew as one of the slow.
 */
export class Reserve {
  readonly #slots: readonly Slot[]
  readonly #lines: Lines
  readonly #nowMs: () => number
  /** Workers that one owner, and all slow ones together, may hold. */
  readonly #most: number

  constructor(slots: readonly Slot[], lines: Lines, nowMs: () => number) {
    this.#slots = slots
    this.#lines = lines
    this.#nowMs = nowMs
    this.#most = Math.max(1, slots.length - 1)
  }

  /** Notes what a job has computed at a time. */
  noteComputed(job: HostedJob, milliseconds: number): void {
    if (milliseconds > slowComputedMs) this.noteSlow(job)
  }

  /** Notes that a job was ended at a bound, or made way. */
  noteSlow(job: HostedJob): void {
    this.#lines.of(job.asker.owner).slowUntilMs = this.#nowMs() + slowForMs
  }

  /** Whether one more job of the line may begin. With one worker the slow ones come behind everybody else. */
  isOpenTo(line: Line, job: HostedJob): boolean {
    if (line.working >= this.#most) return false
    if (!this.#isSlow(line, job)) return true
    if (this.#slots.length === 1) return !this.#isWantedByOthers()
    return this.#slots.filter((slot) => this.#isHeldBySlow(slot)).length < this.#most
  }

  /**
   * The worker whose job makes way now, or null: when every worker is held for long and somebody waits who is not slow. It is
   * the job that began last; one that made way before stays, so that everything comes to its end. Slow jobs begin in all
   * workers but one, so that one of several is always found.
   */
  async whoMakesWay(): Promise<Slot | null> {
    if (!this.#slots.every((slot) => this.#isHeldForLong(slot)) || !this.#isWantedByOthers()) return null
    let last: Slot | null = null
    for (const slot of this.#slots) {
      if (slot.job?.madeWay !== 'never') continue
      if (last === null || slot.beganMs > last.beganMs) last = slot
    }
    if (last === null) return null
    const { job, thread, cpuMs } = last
    const computed = await thread?.cpuMilliseconds()
    const isLong = typeof computed !== 'number' || computed - cpuMs > slowComputedMs
    return isLong && last.job === job && last.thread === thread && last.cpuMs === cpuMs ? last : null
  }

  #isHeldForLong({ job, beganMs }: Slot): boolean {
    return job !== null && this.#nowMs() - beganMs > longHeldMs
  }

  #isHeldBySlow(slot: Slot): boolean {
    if (slot.job === null) return false
    return this.#isHeldForLong(slot) || this.#isSlow(this.#lines.of(slot.job.asker.owner), slot.job)
  }

  #isWantedByOthers(): boolean {
    return this.#lines.some(
      (line) => line.working < this.#most && readyOf(line).some((job) => !this.#isSlow(line, job)),
    )
  }

  #isSlow(line: Line, job: HostedJob): boolean {
    return line.slowUntilMs > this.#nowMs() || job.madeWay !== 'never'
  }
}
