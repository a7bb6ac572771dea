import { AppError } from '../diag/index.ts'
import type { ReadTransaction, Schedule } from '../store/index.ts'
import { authorizeEnvironment } from './access.ts'
import type { Caller } from './caller.ts'
import type { ServiceParts } from './parts.ts'
import type { Rotations } from './rotations.ts'
import { withNext } from './schedules.ts'

const leaseMilliseconds = 300_000

/**
 * Runs what is due: each time of a schedule at most once, over all replicas; a missed time runs once, late. To be
 * called now and then by whoever has a clock. A run has the rights of whoever made the schedule, as they are now.
 *
 * @returns how many runs were made
 */
export async function runDueSchedules(
  parts: ServiceParts,
  rotations: Rotations,
  holder: string,
  limit = 20,
): Promise<number> {
  await enqueueDue(parts, limit)
  const nowMs = parts.clock().getTime()
  const waiting = await parts.store.read((transaction) => transaction.schedules.unclaimed(nowMs, limit))
  let runs = 0
  for (const { id, scheduleId } of waiting) {
    const fence = await parts.store.change((transaction) =>
      transaction.schedules.claim(id, holder, nowMs, nowMs + leaseMilliseconds),
    )
    if (fence === null) continue
    const schedule = await parts.store.read((transaction) => transaction.schedules.get(scheduleId))
    const failure = schedule === null ? 'the schedule is gone' : await runOnce(parts, rotations, schedule)
    const executedMs = parts.clock().getTime()
    await parts.store.change(async (transaction) => {
      const result = failure === null ? 'succeeded' : 'failed'
      await transaction.schedules.finish(id, fence, result, executedMs, failure)
      const now = await transaction.schedules.get(scheduleId)
      if (now !== null) {
        await transaction.schedules.update(withNext({ ...now, lastExecutedMs: executedMs }, executedMs))
      }
    })
    runs += 1
  }
  return runs
}

async function enqueueDue(parts: ServiceParts, limit: number): Promise<void> {
  await parts.store.change(async (transaction) => {
    const nowMs = parts.clock().getTime()
    for (const schedule of await transaction.schedules.due(nowMs, limit)) {
      const fireMs = schedule.nextExecutionMs
      if (fireMs === null) continue
      await transaction.schedules.insertFiring({ id: parts.ids(), scheduleId: schedule.id, fireMs })
      const next = schedule.cron === null ? null : withNext(schedule, nowMs).nextExecutionMs
      await transaction.schedules.update({ ...schedule, nextExecutionMs: next })
    }
  })
}

/** Null when it went well, else why not. */
async function runOnce(
  parts: ServiceParts,
  rotations: Rotations,
  schedule: Schedule,
): Promise<string | null> {
  try {
    const access = await parts.store.read(async (transaction) => {
      const environment = await transaction.environments.get(schedule.environmentId)
      if (environment === null || environment.deletedMs !== null) throw new AppError('NOT_FOUND')
      const caller = await ownerOf(transaction, schedule)
      return await authorizeEnvironment(transaction, caller, 'rotate', environment)
    })
    const paths = schedule.environmentPath === '' ? [] : [schedule.environmentPath]
    const event = await rotations.rotate(access, paths, schedule.id)
    return event.status === 'succeeded' ? null : (event.errorMessage ?? 'a rotation failed')
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
