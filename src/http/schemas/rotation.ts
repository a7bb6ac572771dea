import { z } from 'zod'

const event = z
  .strictObject({
    id: z.string(),
    environmentId: z.string(),
    created: z.string(),
    preRotationRevision: z.int(),
    postRotationRevision: z.int().optional(),
    userID: z.string(),
    completed: z.string().optional(),
    status: z.enum(['succeeded', 'failed', 'in_progress']),
    scheduledActionID: z.string().optional(),
    errorMessage: z.string().optional(),
    rotations: z.array(
      z.strictObject({
        id: z.string(),
        environmentPath: z.string(),
        status: z.enum(['succeeded', 'failed']),
        errorMessage: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'SecretRotationEvent' })

/** The outcome of a rotation. */
export const rotated = z
  .strictObject({ id: z.string(), secretRotationEvent: event })
  .meta({ id: 'RotateEnvironmentResponse' })

/** Rotations, newest first. */
export const rotationHistory = z.strictObject({ events: z.array(event) }).meta({ id: 'RotationHistory' })

/**
 * The rotators to run, none = all. One client sends `Paths`, the description says `paths`: the key is matched without regard
 * to case.
 */
export const rotateRequest = z
  .record(z.string(), z.unknown())
  .transform((body) => Object.entries(body).find(([key]) => key.toLowerCase() === 'paths')?.[1] ?? [])
  .pipe(z.array(z.string(), '`paths` is a list of property paths'))
  .meta({ id: 'RotateEnvironmentRequest' })

/** A planned rotation. Empty text = never. */
export const schedule = z
  .strictObject({
    id: z.string(),
    orgID: z.string(),
    kind: z.string(),
    paused: z.boolean(),
    created: z.string(),
    modified: z.string(),
    lastExecuted: z.string(),
    nextExecution: z.string(),
    definition: z.strictObject({ environmentPath: z.string() }),
    scheduleCron: z.string().optional(),
    scheduleOnce: z.string().optional(),
  })
  .meta({ id: 'ScheduledAction' })

/** All schedules of an environment. */
export const scheduleList = z.strictObject({ schedules: z.array(schedule) }).meta({ id: 'Schedules' })

const given = z
  .string()
  .nullish()
  .transform((text) => text || undefined)

/** The body of a schedule's creation or change. */
export const scheduleRequest = z
  .object({
    scheduleCron: given,
    scheduleOnce: given,
    secretRotationRequest: z
      .object({
        environmentPath: z
          .string()
          .nullish()
          .transform((path) => path ?? undefined),
      })
      .nullish()
      .transform((request) => request ?? undefined),
  })
  .meta({ id: 'ScheduleRequest' })

/** What ran, newest first. */
export const scheduleHistory = z
  .strictObject({
    scheduleHistoryEvents: z.array(
      z.strictObject({
        id: z.string(),
        scheduledActionID: z.string(),
        executed: z.string(),
        version: z.int(),
        result: z.string(),
      }),
    ),
  })
  .meta({ id: 'ScheduleHistory' })
