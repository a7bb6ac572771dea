import { AppError } from '../diag/index.ts'
import type { ReadTransaction, Schedule, Store, Transaction } from '../store/index.ts'
import { authorizeEnvironment } from './access.ts'
import type { Caller } from './caller.ts'
import type { ServiceParts } from './parts.ts'
import { createRotations } from './rotations.ts'
import { withNext } from './schedules.ts'

const defaultLeaseMilliseconds = 30_000

/**
 * Runs what is due: each time of a schedule is recorded once, over all replicas; a missed time runs once, late. To be
 * called now and then by whoever has a clock. A run has the rights of whoever made the schedule, as they are now.
 *
 * What is due and whose lease has ended is judged by the database's clock, which all replicas share. A run holds a lease
 * that it renews; one whose holder hung or died goes to another, and what the first still writes is refused by its fence. That
 * it is done is recorded in the unit of work of its effect, so that nobody who takes over repeats what was saved.
 *
 * @returns how many runs were made
 */
export async function runDueSchedules(parts: ServiceParts, holder: string, limit = 20): Promise<number> {
  const { leaseMilliseconds = defaultLeaseMilliseconds } = parts
  await enqueueDue(parts, await storeNowMs(parts), limit)
  const nowMs = await storeNowMs(parts)
  const waiting = await parts.store.read((transaction) => transaction.schedules.unclaimed(nowMs, limit))
  let runs = 0
  for (const { id, scheduleId } of waiting) {
    // Asked anew: the runs before this one may have taken long.
    const claimedMs = await storeNowMs(parts)
    const fence = await parts.store.change((transaction) =>
      transaction.schedules.claim(id, holder, claimedMs, claimedMs + leaseMilliseconds),
    )
    if (fence === null) continue
    const lease = holdLease(parts, id, fence, leaseMilliseconds)
    try {
      const schedule = await parts.store.read((transaction) => transaction.schedules.get(scheduleId))
      const failure =
        schedule === null
          ? 'the schedule is gone'
          : await runOnce({ ...parts, store: lease.store }, lease, schedule)
      const executedMs = await storeNowMs(parts)
      // Another took the lease over, or the rotation recorded its failure itself: there is nothing left to record.
      if (failure !== null)
        await parts.store.change((transaction) => lease.finish(transaction, scheduleId, failure, executedMs))
    } finally {
      lease.stop()
    }
    runs += 1
  }
  return runs
}

async function storeNowMs({ store, clock }: ServiceParts): Promise<number> {
  return (await store.clockMs?.()) ?? clock().getTime()
}

/** A run that is held. */
interface Lease {
  /** Each change there proves the lease first. */
  readonly store: Store
  /** The database's time just before the change that proved the lease last. */
  provedMs(): number
  /** Records how the run ended. False when the lease was lost or it was recorded before. */
  finish(
    transaction: Transaction,
    scheduleId: string,
    failure: string | null,
    executedMs: number,
  ): Promise<boolean>
  stop(): void
}

/** Renews a lease at a third of its time for whoever holds it. */
function holdLease(parts: ServiceParts, id: string, fence: number, leaseMilliseconds: number): Lease {
  const { store } = parts
  const { clockMs } = store
  const prove = async (transaction: Transaction, nowMs: number) => {
    const held = await transaction.schedules.renew(id, fence, nowMs + leaseMilliseconds)
    if (!held) throw new AppError('LEASE_LOST')
  }
  let provedMs = 0
  const timer = setInterval(async () => {
    try {
      const nowMs = await storeNowMs(parts)
      await store.change((transaction) => prove(transaction, nowMs))
    } catch {
      // Lost, or the store is away: the next change of the run finds out.
    }
  }, leaseMilliseconds / 3)
  timer.unref?.()
  const fenced: Store = {
    ...(clockMs === undefined ? {} : { clockMs: () => clockMs.call(store) }),
    read: (work) => store.read(work),
    async change(work, options) {
      const nowMs = await storeNowMs(parts)
      return await store.change(async (transaction) => {
        await prove(transaction, nowMs)
        provedMs = nowMs
        return await work(transaction)
      }, options)
    },
    protect: (macs) => store.protect(macs),
    close: async () => {},
  }
  return {
    store: fenced,
    provedMs: () => provedMs,
    async finish(transaction, scheduleId, failure, executedMs) {
      const result = failure === null ? 'succeeded' : 'failed'
      if (!(await transaction.schedules.finish(id, fence, result, executedMs, failure))) return false
      const now = await transaction.schedules.get(scheduleId)
      if (now !== null)
        await transaction.schedules.update(withNext({ ...now, lastExecutedMs: executedMs }, executedMs))
      return true
    },
    stop: () => clearInterval(timer),
  }
}

async function enqueueDue(parts: ServiceParts, nowMs: number, limit: number): Promise<void> {
  await parts.store.change(async (transaction) => {
    for (const schedule of await transaction.schedules.due(nowMs, limit)) {
      const fireMs = schedule.nextExecutionMs
      if (fireMs === null) continue
      await transaction.schedules.insertFiring({ id: parts.ids(), scheduleId: schedule.id, fireMs })
      const next = schedule.cron === null ? null : withNext(schedule, nowMs).nextExecutionMs
      await transaction.schedules.update({ ...schedule, nextExecutionMs: next })
    }
  })
}

/** Null when it ended and that is recorded, else why it did not get so far. */
async function runOnce(parts: ServiceParts, lease: Lease, schedule: Schedule): Promise<string | null> {
  try {
    const access = await parts.store.read(async (transaction) => {
      const environment = await transaction.environments.get(schedule.environmentId)
      if (environment === null || environment.deletedMs !== null) throw new AppError('NOT_FOUND')
      const caller = await ownerOf(transaction, schedule)
      return await authorizeEnvironment(transaction, caller, 'rotate', environment)
    })
    const paths = schedule.environmentPath === '' ? [] : [schedule.environmentPath]
    await createRotations(parts).rotate(access, paths, {
      scheduleId: schedule.id,
      async ended(transaction, { status, errorMessage }) {
        const failure = status === 'succeeded' ? null : (errorMessage ?? 'a rotation failed')
        if (!(await lease.finish(transaction, schedule.id, failure, lease.provedMs())))
          throw new AppError('LEASE_LOST')
      },
    })
    return null
  } catch (error) {
    return error instanceof AppError ? error.message : 'internal error'
  }
}

/** The one who made the schedule, as a caller without a token of their own. */
async function ownerOf(transaction: ReadTransaction, { owner, organizationId }: Schedule): Promise<Caller> {
  const token = await transaction.tokens.get(owner.id)
  if (token !== null) {
    if (token.revokedMs !== null) throw new AppError('TOKEN_REVOKED')
    return { token, user: null, actor: owner, ownerId: owner.id }
  }
  const user = await transaction.users.get(owner.id)
  if (user === null || user.disabledMs !== null) throw new AppError('TOKEN_REVOKED')
  return {
    token: {
      id: `schedule-of-${user.id}`,
      type: 'session',
      name: 'schedule',
      description: '',
      secretHash: new Uint8Array(32),
      userId: user.id,
      organizationId,
      team: null,
      admin: false,
      scopes: null,
      environmentIds: null,
      createdMs: 0,
      expiresMs: null,
      lastUsedMs: null,
      revokedMs: null,
    },
    user,
    actor: { id: user.id, login: user.login, name: user.name },
    ownerId: user.id,
  }
}
