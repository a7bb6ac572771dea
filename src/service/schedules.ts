import { Cron } from 'croner'
import { AppError } from '../diag/index.ts'
import type { Firing, ReadTransaction, Schedule, Transaction } from '../store/index.ts'
import type { EnvironmentAccess } from './access.ts'
import { formatName } from './names.ts'
import { note } from './notes.ts'
import type { ServiceParts } from './parts.ts'

/** When a schedule runs: exactly one of the two. */
export interface Timing {
  readonly scheduleCron?: string | undefined
  /** RFC 3339. */
  readonly scheduleOnce?: string | undefined
}

/** What a schedule does, and when. */
export interface ScheduleRequest extends Timing {
  /** What is rotated; empty = the whole environment. */
  readonly environmentPath?: string | undefined
}

/** The use cases of an environment's rotation schedule. There is at most one. */
export interface Schedules {
  list(access: EnvironmentAccess): Promise<readonly Schedule[]>
  /** @throws AppError NOT_FOUND */
  get(access: EnvironmentAccess, id: string): Promise<Schedule>
  /** @throws AppError REQUEST_INVALID, CONFLICT when there is one already */
  create(access: EnvironmentAccess, request: ScheduleRequest): Promise<Schedule>
  /** Changes what is sent; one kind of timing clears the other. */
  update(access: EnvironmentAccess, id: string, request: ScheduleRequest): Promise<Schedule>
  setPaused(access: EnvironmentAccess, id: string, paused: boolean): Promise<Schedule>
  delete(access: EnvironmentAccess, id: string): Promise<void>
  /** What ran, newest first. */
  history(access: EnvironmentAccess, id: string, count?: number): Promise<readonly Firing[]>
}

const dayMilliseconds = 86_400_000

/** The use cases of schedules over the service's parts. */
export function createSchedules(parts: ServiceParts): Schedules {
  const change = (
    access: EnvironmentAccess,
    id: string,
    next: (schedule: Schedule, nowMs: number) => Schedule,
  ) =>
    parts.store.change(async (transaction) => {
      const nowMs = parts.clock().getTime()
      const schedule = next(await find(transaction, access, id), nowMs)
      await transaction.schedules.update(schedule)
      await noteSchedule(transaction, parts, access, schedule, 'environment-schedule-updated')
      return schedule
    })
  return {
    list: ({ environment }) =>
      parts.store.read((transaction) => transaction.schedules.ofEnvironment(environment.id)),
    get: (access, id) => parts.store.read((transaction) => find(transaction, access, id)),
    create: (access, request) =>
      parts.store.change((transaction) => create(transaction, parts, access, request)),
    update: (access, id, request) =>
      change(access, id, (schedule, nowMs) => {
        const timed =
          request.scheduleCron === undefined && request.scheduleOnce === undefined
            ? schedule
            : { ...schedule, ...timingOf(request, nowMs) }
        const environmentPath = request.environmentPath ?? timed.environmentPath
        return withNext({ ...timed, environmentPath, modifiedMs: nowMs }, nowMs)
      }),
    setPaused: (access, id, paused) =>
      change(access, id, (schedule, nowMs) => withNext({ ...schedule, paused, modifiedMs: nowMs }, nowMs)),
    delete: (access, id) =>
      parts.store.change(async (transaction) => {
        const schedule = await find(transaction, access, id)
        await transaction.schedules.delete(id)
        await noteSchedule(transaction, parts, access, schedule, 'environment-schedule-deleted')
      }),
    history: (access, id, count = 100) =>
      parts.store.read(async (transaction) => {
        await find(transaction, access, id)
        const page = await transaction.schedules.history(id, null, count)
        return page.items.filter(({ executedMs }) => executedMs !== null)
      }),
  }
}

async function find(
  transaction: ReadTransaction,
  { environment }: EnvironmentAccess,
  id: string,
): Promise<Schedule> {
  const schedule = await transaction.schedules.get(id)
  if (schedule?.environmentId !== environment.id) {
    throw new AppError('NOT_FOUND', { what: 'schedule', id: id.slice(0, 100) })
  }
  return schedule
}

async function create(
  transaction: Transaction,
  parts: ServiceParts,
  access: EnvironmentAccess,
  request: ScheduleRequest,
): Promise<Schedule> {
  const { environment, organization, caller } = access
  const [other] = await transaction.schedules.ofEnvironment(environment.id)
  if (other !== undefined) {
    throw new AppError('CONFLICT', {
      what: `environment '${formatName(environment)}' already has a schedule (${other.id})`,
      hint: 'change that one, or remove it first',
    })
  }
  const nowMs = parts.clock().getTime()
  const schedule = withNext(
    {
      id: parts.ids(),
      organizationId: organization.id,
      environmentId: environment.id,
      kind: 'environment_rotation',
      paused: false,
      ...timingOf(request, nowMs),
      environmentPath: request.environmentPath ?? '',
      owner: { ...caller.actor, id: caller.ownerId },
      createdMs: nowMs,
      modifiedMs: nowMs,
      lastExecutedMs: null,
      nextExecutionMs: null,
    },
    nowMs,
  )
  await transaction.schedules.insert(schedule)
  await noteSchedule(transaction, parts, access, schedule, 'environment-schedule-created')
  return schedule
}

async function noteSchedule(
  transaction: Transaction,
  parts: ServiceParts,
  access: EnvironmentAccess,
  { id }: Schedule,
  event: string,
): Promise<void> {
  await note(transaction, parts, access, { event, environment: access.environment, facts: { schedule: id } })
}

/** @throws AppError REQUEST_INVALID */
function timingOf({ scheduleCron, scheduleOnce }: Timing, nowMs: number): Pick<Schedule, 'cron' | 'onceMs'> {
  if ((scheduleCron === undefined) === (scheduleOnce === undefined)) {
    throw invalid('exactly one of `scheduleCron` and `scheduleOnce` is wanted')
  }
  if (scheduleCron !== undefined) {
    checkCron(scheduleCron, nowMs)
    return { cron: scheduleCron, onceMs: null }
  }
  const onceMs = /^\d{4}-\d\d-\d\dT/.test(scheduleOnce!) ? Date.parse(scheduleOnce!) : Number.NaN
  if (Number.isNaN(onceMs)) throw invalid('scheduleOnce: wanted an RFC 3339 time')
  if (onceMs <= nowMs) throw invalid('scheduleOnce: wanted a time in the future')
  return { cron: null, onceMs }
}

/** Five fields, UTC, and no two runs within a day. */
function checkCron(text: string, nowMs: number): void {
  if (text.trim().split(/\s+/).length !== 5) throw invalid('scheduleCron: wanted five fields')
  let runs: readonly Date[]
  try {
    runs = new Cron(text, { timezone: 'UTC', paused: true }).nextRuns(10, new Date(nowMs))
  } catch {
    throw invalid('scheduleCron: wanted a cron expression such as `0 0 * * *`')
  }
  if (runs.length === 0) throw invalid('scheduleCron: it never runs')
  for (const [index, run] of runs.entries()) {
    const next = runs[index + 1]
    if (next !== undefined && next.getTime() - run.getTime() < dayMilliseconds) {
      throw invalid('scheduleCron: the shortest interval is one day')
    }
  }
}

/** The schedule with its next time after `nowMs`. */
export function withNext(schedule: Schedule, nowMs: number): Schedule {
  const { cron, onceMs, lastExecutedMs } = schedule
  if (cron !== null) {
    const next = new Cron(cron, { timezone: 'UTC', paused: true }).nextRun(new Date(nowMs))
    return { ...schedule, nextExecutionMs: next?.getTime() ?? null }
  }
  const done = lastExecutedMs !== null && onceMs !== null && lastExecutedMs >= onceMs
  return { ...schedule, nextExecutionMs: done ? null : onceMs }
}

function invalid(what: string): AppError {
  return new AppError('REQUEST_INVALID', { what: `invalid schedule: ${what}`, hint: '' })
}
