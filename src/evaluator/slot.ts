import type { HostedJob } from './hosted-job.ts'
import type { HostMessage, WorkerMessage } from './messages.ts'

/** A thread of its own for evaluations, as the pool sees it. */
export interface Thread {
  post(message: HostMessage): void
  /** Milliseconds that it has computed since its start; null when that cannot be told. */
  cpuMilliseconds(): Promise<number | null>
  /** Whether it keeps the process from ending. */
  hold(isHeld: boolean): void
  terminate(): Promise<unknown>
}

/** Why a thread ended: its memory was used up, something in it failed, or it was told to. */
export type ThreadEnd = 'memory' | 'fault' | 'stopped'

/** What a thread tells. */
export interface ThreadEvents {
  readonly message: (message: WorkerMessage) => void
  readonly ended: (why: ThreadEnd) => void
}

/** Starts a thread. */
export type StartThread = (events: ThreadEvents) => Thread

/** Texts whose jobs wait for an answer stay in a worker's memory up to so many bytes and jobs; the rest begin anew. */
const keptBytes = 512 * 1024
const keptJobs = 64

/** The place of one worker. Its thread is replaced when it has ended. */
export class Slot {
  thread: Thread | null = null
  isReady = false
  job: HostedJob | null = null
  beganMs = 0
  /** What the thread had computed when it last fell idle. */
  cpuMs = 0
  timer: NodeJS.Timeout | null = null
  /** Jobs that wait for an answer, in the thread's memory. */
  readonly kept = new Set<HostedJob>()

  get isIdle(): boolean {
    return this.isReady && this.job === null
  }

  /** Keeps a job that waits; gives those that the thread has to forget for it. */
  keep(job: HostedJob): readonly HostedJob[] {
    this.kept.add(job)
    let bytes = 0
    for (const { weight } of this.kept) bytes += weight
    const forgotten: HostedJob[] = []
    for (const oldest of this.kept) {
      if (bytes <= keptBytes && this.kept.size <= keptJobs) break
      bytes -= oldest.weight
      this.kept.delete(oldest)
      forgotten.push(oldest)
    }
    return forgotten
  }
}
