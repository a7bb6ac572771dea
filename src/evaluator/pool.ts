import { AppError } from '../diag/index.ts'
import { answersOf } from './answers.ts'
import { cannotEvaluate, type Finding, memoryOver, resultOf, timeOver } from './findings.ts'
import { HostedJob, type JobAsker } from './hosted-job.ts'
import type { EvaluatedText, EvaluationJob, JobHost } from './job.ts'
import { type Line, Lines, readyOf } from './lines.ts'
import { type PackedError, type PackedWork, unpackError, type WorkerMessage } from './messages.ts'
import { evaluatedOf, packJob, packText } from './packed-work.ts'
import type { EvaluatorPool, PoolOptions, PoolState } from './pool-options.ts'
import { Reserve } from './reserve.ts'
import { Slot, type ThreadEnd } from './slot.ts'
import { answersOfSecrets, workedOf } from './text-answers.ts'
import type { TextHost, TextJob, WorkedText } from './text-work.ts'

const waitingForOwner = 64
const waitingForAll = 256
const waitingBytes = 32 * 1024 * 1024
const longestWaitMs = 5_000

/** A job whose worker is busy with another for so long goes on in the next free one, from the start. */
const patienceMs = 20

/** A worker that ended before it was ready is started again after so long. */
const restartMs = 1_000

/** The evaluator looks at its own time; what does not look is ended so much later. */
const graceMs = 250

const none = 'nothing was begun'

function busy(said: string): AppError {
  return new AppError('EVALUATORS_BUSY', { said })
}

/** Starts the workers, and gives the evaluator that they are. */
export function createEvaluatorPool(options: PoolOptions): EvaluatorPool {
  return new Pool(options)
}

class Pool implements EvaluatorPool {
  readonly #options: PoolOptions
  readonly #slots: readonly Slot[]
  readonly #lines = new Lines()
  readonly #reserve: Reserve
  readonly #homes = new Map<HostedJob, Slot>()
  /** Jobs in whose worker memory ran out while others were kept there: they are tried once more, alone. */
  readonly #suspects = new Set<HostedJob>()
  readonly #killed = { time: 0, memory: 0, fault: 0 }
  #madeWay = 0
  #isMakingWay = false
  #lastId = 0
  #waitingBytes = 0
  #wake: NodeJS.Timeout | null = null
  #isClosed = false

  constructor(options: PoolOptions) {
    this.#options = options
    this.#slots = Array.from({ length: options.workers }, () => new Slot())
    this.#reserve = new Reserve(this.#slots, this.#lines, options.nowMs)
    // A server is judged by its first open, too; and one worker is always for the others.
    for (const slot of this.#slots) this.#start(slot)
  }

  run(job: EvaluationJob, host: JobHost): Promise<EvaluatedText> {
    const { owner, signal } = host
    const answer = answersOf(job, host, (bytes) => {
      hosted.weight += bytes
    })
    const hosted = this.#take(packJob(job, host), { owner, signal, answer })
    // What ends work on a text has the form of an evaluation, never the reverse.
    return hosted.result.then((result) => evaluatedOf(result as Parameters<typeof evaluatedOf>[0]))
  }

  async work(job: TextJob, { owner, signal, secrets }: TextHost): Promise<WorkedText> {
    const asked = answersOfSecrets(secrets)
    const hosted = this.#take(packText(job), { owner, signal, answer: asked.answer })
    return await workedOf(hosted.result, asked)
  }

  #take(work: PackedWork, asker: JobAsker): HostedJob {
    asker.signal?.throwIfAborted()
    const line = this.#lines.of(asker.owner)
    if (this.#isClosed) throw busy('the server is ending')
    if (line.fresh.length >= waitingForOwner)
      throw busy(`${line.fresh.length} evaluations of this organization wait already; ${none}`)
    if (!this.#makeRoom(line, work.source.length))
      throw busy(`${this.#lines.waiting} evaluations wait already; ${none}`)
    this.#lastId += 1
    const hosted = new HostedJob(this.#lastId, work, asker)
    line.fresh.push(hosted)
    this.#waitingBytes += work.source.length
    this.#watchWait(hosted)
    this.#dispatch()
    return hosted
  }

  /** When all places to wait are taken, whoever has most of them gives its last to whoever has fewer. */
  #makeRoom(line: Line, bytes: number): boolean {
    while (this.#lines.waiting >= waitingForAll || this.#waitingBytes + bytes > waitingBytes) {
      const longest = this.#lines.longest()
      const last = longest.fresh.at(-1)
      if (last === undefined || longest.fresh.length <= line.fresh.length + 1) return false
      this.#drop(last, busy(`others wait too, and this organization had most places; ${none}`))
    }
    return true
  }

  state(): PoolState {
    return {
      ready: this.#slots.filter(({ isReady }) => isReady).length,
      busy: this.#slots.filter(({ job }) => job !== null).length,
      waiting: this.#lines.waiting,
      killed: { ...this.#killed },
      madeWay: this.#madeWay,
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#wake !== null) clearTimeout(this.#wake)
    for (const job of this.#lines.all()) this.#refuse(job)
    const threads = this.#slots.map((slot) => {
      if (slot.timer !== null) clearTimeout(slot.timer)
      if (slot.job !== null) this.#refuse(slot.job)
      for (const job of slot.kept) this.#refuse(job)
      return slot.thread
    })
    await Promise.all(threads.map((thread) => thread?.terminate()))
  }

  #refuse(job: HostedJob): void {
    if (!job.isOver) job.fail(busy('the server is ending'))
  }

  /** A job that waits too long for its first worker is refused; one whose caller goes away is dropped. */
  #watchWait(job: HostedJob): void {
    const { signal } = job.asker
    const timer = this.#refuseLater(job, none, () => !job.isBegun)
    const gone = () => this.#drop(job, signal?.reason)
    signal?.addEventListener('abort', gone, { once: true })
    const settled = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', gone)
    }
    job.result.then(settled, settled)
  }

  #refuseLater(job: HostedJob, said: string, stillWaits: () => boolean): NodeJS.Timeout {
    return setTimeout(() => {
      if (stillWaits()) this.#drop(job, busy(`no worker was free for ${longestWaitMs / 1000} s; ${said}`))
    }, longestWaitMs).unref()
  }

  #drop(job: HostedJob, reason: unknown): void {
    if (job.isOver) return
    const slot = this.#slots.find((each) => each.job === job)
    const line = this.#lines.of(job.asker.owner)
    if (line.fresh.includes(job)) this.#waitingBytes -= job.work.source.length
    else if (slot === undefined) this.#ended(job)
    this.#lines.leave(job)
    job.fail(reason)
  }

  #start(slot: Slot): void {
    if (this.#isClosed) return
    slot.isReady = false
    const thread = this.#options.startThread({
      message: (message) => {
        if (slot.thread === thread) this.#hear(slot, message)
      },
      ended: (why) => {
        if (slot.thread === thread) this.#lost(slot, why)
      },
    })
    slot.thread = thread
  }

  #hear(slot: Slot, message: WorkerMessage): void {
    const { job } = slot
    if (message.kind === 'ready') {
      slot.isReady = true
      slot.thread?.hold(false)
    }
    if (job !== null) this.#reserve.noteComputed(job, message.cpuMs - slot.cpuMs)
    slot.cpuMs = message.cpuMs
    if (message.kind !== 'ready' && job !== null && message.job === job.id) {
      if (message.kind === 'asked') this.#asked(slot, job, message.questions)
      else {
        this.#free(slot, job)
        this.#ended(job)
        if (!job.isOver) {
          if (message.kind === 'done') job.end(message.result)
          else this.#failed(job, message.error)
        }
      }
    }
    this.#dispatch()
  }

  #asked(slot: Slot, job: HostedJob, questions: Parameters<HostedJob['ask']>[0]): void {
    if (job.isOver) {
      slot.thread?.post({ kind: 'forget', job: job.id })
      this.#free(slot, job)
      this.#ended(job)
      return
    }
    job.ask(questions, () => this.#news(job))
    if (job.hasAnswers) {
      // Answered before: a worker's place was lost, and it has only asked again.
      slot.thread?.post({ kind: 'answered', job: job.id, answers: job.takeAnswers() })
      return
    }
    this.#free(slot, job)
    for (const forgotten of slot.keep(job)) {
      slot.thread?.post({ kind: 'forget', job: forgotten.id })
      this.#homes.delete(forgotten)
    }
    if (slot.kept.has(job)) this.#homes.set(job, slot)
  }

  /** Answers that come together are taken together: one turn of the event loop more. */
  #news(job: HostedJob): void {
    const line = this.#lines.of(job.asker.owner)
    if (job.isOver || line.begun.includes(job) || this.#slots.some((slot) => slot.job === job)) return
    line.begun.push(job)
    setImmediate(() => this.#dispatch())
  }

  #dispatch(): void {
    if (this.#isClosed) return
    for (const slot of this.#slots) {
      if (!slot.isIdle) continue
      const job = this.#lines.next((line) => this.#choose(line, slot))
      if (job !== null) this.#work(slot, job)
    }
    if (this.#lines.waiting === 0) return
    void this.#makeWay()
    this.#wake ??= setTimeout(() => {
      this.#wake = null
      this.#dispatch()
    }, patienceMs).unref()
  }

  /** A worker that is ended at any moment loses nothing: its job begins anew, and gets the answers there are. */
  async #makeWay(): Promise<void> {
    if (this.#isMakingWay) return
    this.#isMakingWay = true
    const slot = await this.#reserve.whoMakesWay().finally(() => {
      this.#isMakingWay = false
    })
    const job = slot?.job ?? null
    if (slot === null || job === null || this.#isClosed) return
    job.madeWay = 'waits'
    this.#madeWay += 1
    // What a rotator made outside would be lost with it.
    if (!job.hasRotated)
      this.#refuseLater(job, 'it computed for long and made way', () => job.madeWay === 'waits')
    this.#replace(slot, job, null)
  }

  /** The job of one owner that the worker may do now. */
  #choose(line: Line, slot: Slot): HostedJob | null {
    const { nowMs } = this.#options
    for (const job of readyOf(line)) {
      if (!this.#reserve.isOpenTo(line, job)) continue
      const home = this.#homes.get(job)
      if (home === undefined || home === slot) return job
      // The home may be about to come free, or be held for long.
      if (home.job !== null && nowMs() - home.beganMs > patienceMs) return job
    }
    return null
  }

  #work(slot: Slot, job: HostedJob): void {
    const { nowMs } = this.#options
    const { thread } = slot
    const line = this.#lines.of(job.asker.owner)
    const home = this.#homes.get(job)
    this.#homes.delete(job)
    home?.kept.delete(job)
    if (this.#suspects.has(job)) this.#clear(slot)
    if (job.madeWay === 'waits') job.madeWay = 'goes on'
    slot.job = job
    slot.beganMs = nowMs()
    thread?.hold(true)
    line.working += 1
    if (home === slot) {
      thread?.post({ kind: 'answered', job: job.id, answers: job.takeAnswers() })
    } else {
      if (!job.isBegun) {
        job.isBegun = true
        line.active += 1
        this.#waitingBytes -= job.work.source.length
      }
      home?.thread?.post({ kind: 'forget', job: job.id })
      job.beginAgain()
      thread?.post({ kind: 'start', job: job.id, work: job.work })
    }
    slot.timer = setTimeout(() => void this.#overdue(slot, job), this.#options.milliseconds + graceMs)
    slot.timer.unref()
  }

  /** Nothing but one job may be in the worker's memory. */
  #clear(slot: Slot): void {
    for (const kept of slot.kept) {
      slot.thread?.post({ kind: 'forget', job: kept.id })
      this.#homes.delete(kept)
    }
    slot.kept.clear()
  }

  /** On a busy machine time passes without work: only what has computed for too long is ended. */
  async #overdue(slot: Slot, job: HostedJob): Promise<void> {
    const { thread, beganMs, cpuMs } = slot
    const { milliseconds, nowMs } = this.#options
    const computed = await thread?.cpuMilliseconds()
    if (slot.job !== job || slot.thread !== thread || slot.beganMs !== beganMs) return
    const spent = typeof computed === 'number' ? computed - cpuMs : milliseconds
    if (spent < milliseconds && nowMs() - beganMs < 4 * milliseconds) {
      slot.timer = setTimeout(() => void this.#overdue(slot, job), milliseconds - spent + graceMs).unref()
      return
    }
    this.#killed.time += 1
    this.#replace(slot, job, timeOver(milliseconds))
  }

  /** A thread ended by itself. Its job may not be alone to blame for the memory that was used up. */
  #lost(slot: Slot, why: ThreadEnd): void {
    const { job } = slot
    if (job === null) {
      this.#replace(slot, null, null)
      return
    }
    const isSuspect = slot.kept.size > 0 && !this.#suspects.has(job)
    if (isSuspect) {
      this.#suspects.add(job)
      this.#replace(slot, job, null)
      return
    }
    this.#killed[why === 'memory' ? 'memory' : 'fault'] += 1
    this.#replace(slot, job, why === 'memory' ? memoryOver(this.#options.heapMebibytes) : cannotEvaluate)
  }

  /** Ends the thread and starts another. The job ends with the finding; without one it begins anew. */
  #replace(slot: Slot, job: HostedJob | null, finding: Finding | null): void {
    const { thread, isReady } = slot
    slot.thread = null
    slot.isReady = false
    for (const kept of slot.kept) this.#homes.delete(kept)
    slot.kept.clear()
    void thread?.terminate()
    if (job !== null) {
      this.#free(slot, job)
      this.#reserve.noteSlow(job)
      if (finding === null && !job.isOver) this.#lines.of(job.asker.owner).begun.push(job)
      else this.#ended(job)
      if (finding !== null) {
        this.#options.log?.({ event: 'evaluation ended', why: finding.summary })
        if (!job.isOver) job.end(resultOf(finding))
      }
    }
    if (isReady) this.#start(slot)
    else {
      // One that cannot even start would be started for ever.
      this.#options.log?.({ event: 'evaluator did not start', why: 'its program failed' })
      setTimeout(() => this.#start(slot), restartMs).unref()
    }
    this.#dispatch()
  }

  #failed(job: HostedJob, error: PackedError): void {
    if (error.kind === 'app' || error.kind === 'host') {
      job.fail(unpackError(error))
      return
    }
    // The message may hold parts of the text: it is for nobody.
    this.#options.log?.({ event: 'evaluation failed', why: error.kind })
    job.end(resultOf(cannotEvaluate))
  }

  #free(slot: Slot, job: HostedJob): void {
    if (slot.timer !== null) clearTimeout(slot.timer)
    slot.timer = null
    slot.job = null
    slot.thread?.hold(false)
    this.#lines.of(job.asker.owner).working -= 1
  }

  #ended(job: HostedJob): void {
    const line = this.#lines.of(job.asker.owner)
    const home = this.#homes.get(job)
    line.active -= 1
    home?.kept.delete(job)
    home?.thread?.post({ kind: 'forget', job: job.id })
    this.#homes.delete(job)
    this.#suspects.delete(job)
    this.#lines.sweep(this.#options.nowMs())
  }
}
