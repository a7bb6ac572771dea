import { AppError } from '../../diag/index.ts'
import { acrossTenants, type Store } from '../../store/index.ts'
import { appendEntries } from './append.ts'
import type { AuditSubject } from './facts.ts'

/** Writes entries that belong to no other change, many in one unit of work (S-25, S-26). */
export interface Recorder {
  /**
   * Resolves when the entry is durable.
   *
   * @throws AppError AUDIT_UNAVAILABLE when it could not be written in time; it may appear later all the same
   */
  record(subject: AuditSubject): Promise<void>
  /** Takes an entry that nothing waits for. @throws AppError AUDIT_UNAVAILABLE when too many wait already */
  later(subject: AuditSubject): void
  /** How many entries wait, and since how long the oldest of them. */
  backlog(): { readonly waiting: number; readonly oldestAt: Date | null }
  /** Waits until nothing is left to write. */
  settle(): Promise<void>
}

interface Waiting {
  readonly subject: AuditSubject
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

const mostWaiting = 10_000
const mostAtOnce = 500
const patienceMilliseconds = 2_000
const mostTurns = 4
/** How long entries that nothing waits for are gathered after a write, so that a flood of reads costs few flushes. */
const restMilliseconds = 20

const recorders = new WeakMap<Store, Recorder>()

/** The recorder of a store: one for all that write to its trails. */
export function recorderOf(store: Store): Recorder {
  const known = recorders.get(store)
  if (known !== undefined) return known
  const made = createRecorder(store)
  recorders.set(store, made)
  return made
}

function createRecorder(store: Store): Recorder {
  const queue: Waiting[] = []
  let writingNow: readonly Waiting[] = []
  let writing: Promise<void> | null = null
  let resting: ReturnType<typeof setTimeout> | null = null

  const begin = () => {
    if (resting !== null) clearTimeout(resting)
    resting = null
    // Entries of everybody's requests are written together, whosever request began it.
    writing ??= acrossTenants(write)
  }
  const rest = () => {
    resting = setTimeout(() => {
      resting = null
      if (queue.length > 0) begin()
    }, restMilliseconds)
  }
  const write = async () => {
    // Requests of the same moment share the unit of work, and its flush to the disk: it waits while turns of the loop bring more.
    for (let turn = 0, size = 0; turn < mostTurns && size < queue.length; turn += 1) {
      size = queue.length
      await new Promise((resolve) => setImmediate(resolve))
    }
    while (queue.length > 0) {
      const batch = queue.splice(0, mostAtOnce)
      writingNow = batch
      const trails = Map.groupBy(batch, ({ subject }) => subject.organizationId)
      try {
        // What was read and tried is written down also when the disk is full, from the space kept back for that.
        await store.change(
          async (transaction) => {
            for (const [organizationId, waiting] of trails) {
              await appendEntries(
                transaction,
                organizationId,
                waiting.map(({ subject }) => subject),
              )
            }
          },
          { fromReserve: true },
        )
        for (const { done } of batch) done()
      } catch (error) {
        for (const { failed } of batch) failed(error)
      }
    }
    writing = null
    writingNow = []
    rest()
  }
  const enqueue = (waiting: Waiting) => {
    if (queue.length >= mostWaiting) throw new AppError('AUDIT_UNAVAILABLE')
    queue.push(waiting)
  }
  return {
    async record(subject) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const unavailable = (cause: unknown) => reject(new AppError('AUDIT_UNAVAILABLE', {}, { cause }))
      enqueue({ subject, done: resolve, failed: unavailable })
      begin()
      await inTime(promise)
    },
    later(subject) {
      enqueue({ subject, done: ignore, failed: ignore })
      // An entry alone is written at once; those that follow it closely share the next write.
      if (resting === null || queue.length >= mostAtOnce) begin()
    },
    backlog: () => {
      const [oldest = null] = [...writingNow, ...queue]
      return { waiting: writingNow.length + queue.length, oldestAt: oldest?.subject.at ?? null }
    },
    async settle() {
      if (queue.length > 0) begin()
      while (writing !== null) await writing
    },
  }
}

/**
 * What `written` gives, if what it waits for is durable in time (S-26).
 *
 * @throws AppError AUDIT_UNAVAILABLE when it is not; it may become so later all the same
 */
export async function inTime<T>(written: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const impatience = setTimeout(
    () => reject(new AppError('AUDIT_UNAVAILABLE', {}, { cause: new Error('timed out') })),
    patienceMilliseconds,
  )
  try {
    return await Promise.race([written, promise])
  } finally {
    clearTimeout(impatience)
  }
}

function ignore(): void {}
