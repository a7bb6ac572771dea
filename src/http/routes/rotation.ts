import { z } from 'zod'
import type { Firing, RotationEvent, Schedule } from '../../service/index.ts'
import { json } from '../answer.ts'
import { count } from '../query.ts'
import { environmentRoute, type Route } from '../route.ts'
import {
  rotated,
  rotateRequest,
  rotationHistory,
  schedule,
  scheduleHistory,
  scheduleList,
  scheduleRequest,
} from '../schemas/rotation.ts'

/** Rotation and its schedules (contract §8). */
export const rotationRoutes: readonly Route[] = [
  environmentRoute({
    id: 'RotateEnvironment',
    method: 'POST',
    path: '/rotate',
    needs: 'rotate',
    summary: 'Makes the next secrets of the rotators at the paths; of all when there are none',
    body: rotateRequest,
    bodyOptional: true,
    answers: { 200: rotated },
    run: async ({ access, body, service }) => {
      const event = await service.rotations.rotate(access, body)
      return json({ id: event.id, secretRotationEvent: renderEvent(event) })
    },
  }),
  environmentRoute({
    id: 'ListRotations',
    method: 'GET',
    path: '/rotate/history',
    needs: 'read',
    summary: 'Rotations, newest first',
    answers: { 200: rotationHistory },
    run: async ({ access, service }) =>
      json({ events: (await service.rotations.history(access)).map(renderEvent) }),
  }),
  environmentRoute({
    id: 'ListSchedules',
    method: 'GET',
    path: '/schedules',
    needs: 'read',
    summary: 'The schedules of the environment',
    query: z.object({ count: count() }),
    answers: { 200: scheduleList },
    run: async ({ access, service }) =>
      json({ schedules: (await service.schedules.list(access)).map(renderSchedule) }),
  }),
  environmentRoute({
    id: 'CreateSchedule',
    method: 'POST',
    path: '/schedules',
    needs: 'rotate',
    summary: 'Plans rotations',
    body: scheduleRequest,
    answers: { 200: schedule },
    run: async ({ access, body: { secretRotationRequest, ...timing }, service }) =>
      json(renderSchedule(await service.schedules.create(access, { ...timing, ...secretRotationRequest }))),
  }),
  environmentRoute({
    id: 'GetSchedule',
    method: 'GET',
    path: '/schedules/{id}',
    needs: 'read',
    summary: 'One schedule',
    answers: { 200: schedule },
    run: async ({ access, parameters, service }) =>
      json(renderSchedule(await service.schedules.get(access, parameters['id']!))),
  }),
  environmentRoute({
    id: 'UpdateSchedule',
    method: 'PATCH',
    path: '/schedules/{id}',
    needs: 'rotate',
    summary: 'Changes what is sent; one kind of timing clears the other',
    body: scheduleRequest,
    answers: { 200: schedule },
    run: async ({ access, parameters, body: { secretRotationRequest, ...timing }, service }) =>
      json(
        renderSchedule(
          await service.schedules.update(access, parameters['id']!, { ...timing, ...secretRotationRequest }),
        ),
      ),
  }),
  environmentRoute({
    id: 'DeleteSchedule',
    method: 'DELETE',
    path: '/schedules/{id}',
    needs: 'rotate',
    summary: 'Removes a schedule',
    answers: { 200: z.strictObject({}) },
    run: async ({ access, parameters, service }) => {
      await service.schedules.delete(access, parameters['id']!)
      return json({})
    },
  }),
  environmentRoute({
    id: 'ListScheduleHistory',
    method: 'GET',
    path: '/schedules/{id}/history',
    needs: 'read',
    summary: 'What ran, newest first',
    query: z.object({ count: count() }),
    answers: { 200: scheduleHistory },
    run: async ({ access, parameters, query, service }) => {
      const firings = await service.schedules.history(access, parameters['id']!, query.count)
      return json({ scheduleHistoryEvents: firings.map(renderFiring) })
    },
  }),
  ...(['pause', 'resume'] as const).map((action) =>
    environmentRoute({
      id: action === 'pause' ? 'PauseSchedule' : 'ResumeSchedule',
      method: 'POST',
      path: `/schedules/{id}/${action}`,
      needs: 'rotate',
      summary: action === 'pause' ? 'Lets a schedule rest' : 'Lets a schedule run again',
      answers: { 200: schedule },
      run: async ({ access, parameters, service }) =>
        json(
          renderSchedule(await service.schedules.setPaused(access, parameters['id']!, action === 'pause')),
        ),
    }),
  ),
]

function time(milliseconds: number | null): string {
  return milliseconds === null ? '' : new Date(milliseconds).toISOString()
}

function renderEvent(event: RotationEvent): object {
  return {
    id: event.id,
    environmentId: event.environmentId,
    created: time(event.createdMs),
    preRotationRevision: event.preRotationRevision,
    ...(event.postRotationRevision === null ? {} : { postRotationRevision: event.postRotationRevision }),
    userID: event.user.id,
    ...(event.completedMs === null ? {} : { completed: time(event.completedMs) }),
    status: event.status,
    ...(event.scheduledActionId === null ? {} : { scheduledActionID: event.scheduledActionId }),
    ...(event.errorMessage === null ? {} : { errorMessage: event.errorMessage }),
    // A failed one must say why: a client reads it without looking whether it is there.
    rotations: event.rotations.map(({ id, environmentPath, status, errorMessage }) => ({
      id,
      environmentPath,
      status,
      ...(status === 'failed' ? { errorMessage: errorMessage ?? 'it failed' } : {}),
    })),
  }
}

function renderSchedule(action: Schedule): object {
  return {
    id: action.id,
    orgID: action.organizationId,
    kind: action.kind,
    paused: action.paused,
    created: time(action.createdMs),
    modified: time(action.modifiedMs),
    lastExecuted: time(action.lastExecutedMs),
    nextExecution: time(action.nextExecutionMs),
    definition: { environmentPath: action.environmentPath },
    ...(action.cron === null ? {} : { scheduleCron: action.cron }),
    ...(action.onceMs === null ? {} : { scheduleOnce: time(action.onceMs) }),
  }
}

function renderFiring({ id, scheduleId, executedMs, result }: Firing): object {
  return {
    id,
    scheduledActionID: scheduleId,
    executed: time(executedMs),
    version: 1,
    result: result ?? '',
  }
}
