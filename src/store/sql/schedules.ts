import type { Kysely } from 'kysely'
import type { Schedules } from '../workflow.ts'
import type { Firing, Schedule } from '../workflow-records.ts'
import { actorFrom, actorText } from './actor.ts'
import { changeRow } from './change-row.ts'
import type { HotStatements } from './hot-statements.ts'
import { changed, pageOf } from './page.ts'
import type { RecordMacs, Sealed } from './record-macs.ts'
import type { Tables } from './tables.ts'
import type { FiringRow, ScheduleRow } from './workflow-tables.ts'

/** Schedules and their firings, over SQL. */
export function schedules(db: Kysely<Tables>, _: HotStatements, macs: RecordMacs): Schedules {
  const whole = (row: ScheduleRow) => scheduleFrom(macs.whole('schedules', row))
  const rows = () => db.selectFrom('schedules').selectAll()
  return {
    async get(id) {
      const row = await rows().where('id', '=', id).executeTakeFirst()
      return row ? whole(row) : null
    },
    async ofEnvironment(environmentId) {
      const found = await rows().where('environment_id', '=', environmentId).orderBy('id').execute()
      return found.map(whole)
    },
    async due(nowMs, limit) {
      const found = await db
        .selectFrom('schedules as s')
        .innerJoin('environments as e', 'e.id', 's.environment_id')
        .selectAll('s')
        .where('s.next_execution_ms', '<=', nowMs)
        .where('s.paused', '=', 0)
        .where('e.deleted_ms', 'is', null)
        .orderBy('s.next_execution_ms')
        .orderBy('s.id')
        .execute()
      // One that was altered never runs, and keeps no other from running.
      return found
        .filter((row) => macs.isWhole('schedules', row))
        .slice(0, limit)
        .map(scheduleFrom)
    },
    async insert(schedule) {
      const insert = db.insertInto('schedules').values(macs.sealed('schedules', rowFrom(schedule)))
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async update(schedule) {
      return await changeRow(db, macs, 'schedules', { id: schedule.id }, rowFrom(schedule))
    },
    async delete(id) {
      return changed(await db.deleteFrom('schedules').where('id', '=', id).executeTakeFirstOrThrow())
    },
    ...firings(db),
  }
}

type Firings = Pick<
  Schedules,
  'firing' | 'history' | 'unclaimed' | 'held' | 'insertFiring' | 'claim' | 'renew' | 'finish'
>

function firings(db: Kysely<Tables>): Firings {
  const rows = () => db.selectFrom('firings').selectAll()
  const ofHolder = (id: string, fence: number) =>
    db.updateTable('firings').where('id', '=', id).where('fence', '=', fence).where('result', 'is', null)
  return {
    async firing(id) {
      const row = await rows().where('id', '=', id).executeTakeFirst()
      return row ? firingFrom(row) : null
    },
    async history(scheduleId, beforeMs, limit) {
      const all = rows().where('schedule_id', '=', scheduleId)
      const query = (beforeMs === null ? all : all.where('fire_ms', '<', beforeMs))
        .orderBy('fire_ms', 'desc')
        .limit(limit + 1)
      return pageOf(await query.execute(), limit, firingFrom)
    },
    async unclaimed(nowMs, limit) {
      const found = await rows()
        .where('result', 'is', null)
        .where((row) => row.or([row('lease_until_ms', 'is', null), row('lease_until_ms', '<=', nowMs)]))
        .orderBy('fire_ms')
        .orderBy('id')
        .limit(limit)
        .execute()
      return found.map(firingFrom)
    },
    async held(nowMs, limit) {
      const found = await rows()
        .where('result', 'is', null)
        .where('lease_until_ms', '>', nowMs)
        .orderBy('fire_ms')
        .limit(limit)
        .execute()
      return found.map(firingFrom)
    },
    async insertFiring({ id, scheduleId, fireMs }) {
      const insert = db.insertInto('firings').values({
        id,
        schedule_id: scheduleId,
        fire_ms: fireMs,
        fence: 0,
        holder: null,
        lease_until_ms: null,
        executed_ms: null,
        result: null,
        error_message: null,
      })
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async claim(id, holder, nowMs, leaseUntilMs) {
      const row = await db
        .updateTable('firings')
        .set((set) => ({ holder, lease_until_ms: leaseUntilMs, fence: set('fence', '+', 1) }))
        .where('id', '=', id)
        .where('result', 'is', null)
        .where((row) => row.or([row('lease_until_ms', 'is', null), row('lease_until_ms', '<=', nowMs)]))
        .returning('fence')
        .executeTakeFirst()
      return row?.fence ?? null
    },
    async renew(id, fence, leaseUntilMs) {
      return changed(
        await ofHolder(id, fence).set({ lease_until_ms: leaseUntilMs }).executeTakeFirstOrThrow(),
      )
    },
    async finish(id, fence, result, executedMs, errorMessage) {
      const update = ofHolder(id, fence).set({
        result,
        executed_ms: executedMs,
        error_message: errorMessage,
        lease_until_ms: null,
      })
      return changed(await update.executeTakeFirstOrThrow())
    },
  }
}

function scheduleFrom(row: ScheduleRow): Schedule {
  return {
    id: row.id,
    organizationId: row.organization_id,
    environmentId: row.environment_id,
    kind: row.kind,
    paused: row.paused === 1,
    cron: row.cron,
    onceMs: row.once_ms,
    environmentPath: row.environment_path,
    owner: actorFrom(row.owner),
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
    lastExecutedMs: row.last_executed_ms,
    nextExecutionMs: row.next_execution_ms,
  }
}

function rowFrom(schedule: Schedule): Omit<ScheduleRow, keyof Sealed> {
  return {
    id: schedule.id,
    organization_id: schedule.organizationId,
    environment_id: schedule.environmentId,
    kind: schedule.kind,
    paused: schedule.paused ? 1 : 0,
    cron: schedule.cron,
    once_ms: schedule.onceMs,
    environment_path: schedule.environmentPath,
    owner: actorText(schedule.owner),
    created_ms: schedule.createdMs,
    modified_ms: schedule.modifiedMs,
    last_executed_ms: schedule.lastExecutedMs,
    next_execution_ms: schedule.nextExecutionMs,
  }
}

function firingFrom(row: FiringRow): Firing {
  return {
    id: row.id,
    scheduleId: row.schedule_id,
    fireMs: row.fire_ms,
    fence: row.fence,
    holder: row.holder,
    leaseUntilMs: row.lease_until_ms,
    executedMs: row.executed_ms,
    result: row.result,
    errorMessage: row.error_message,
  }
}
