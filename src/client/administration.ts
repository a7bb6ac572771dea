import type { AdministrationApi, ScheduleTiming } from './api.ts'
import { json, jsonList, listIn } from './decode.ts'
import { environmentPath } from './paths.ts'
import { type Connection, send } from './send.ts'
import type { WireDelivery, WireReferrers, WireSchedule, WireScheduleEvent, WireWebhook } from './wire.ts'

/** The routes of referrers, schedules and webhooks (contract §8, §9, §10). */
export function administrationApi(connection: Connection): AdministrationApi {
  return {
    async listReferrers(environment, query) {
      const path = environmentPath(environment, 'referrers')
      const page = json<Partial<WireReferrers>>(await send(connection, { method: 'GET', path, query }))
      return { ...page, referrers: page.referrers ?? {} }
    },
    ...scheduleRoutes(connection),
    ...webhookRoutes(connection),
  }
}

type ScheduleRoutes = Pick<
  AdministrationApi,
  'listSchedules' | 'schedule' | 'createSchedule' | 'updateSchedule' | 'deleteSchedule' | 'scheduleHistory'
>

function scheduleRoutes(connection: Connection): ScheduleRoutes {
  return {
    async listSchedules(environment, count) {
      const path = environmentPath(environment, 'schedules')
      const response = await send(connection, { method: 'GET', path, query: { count } })
      return listIn<WireSchedule>(response, json<{ schedules?: unknown }>(response).schedules)
    },

    async schedule(environment, id) {
      const path = environmentPath(environment, 'schedules', id)
      return json<WireSchedule>(await send(connection, { method: 'GET', path }))
    },

    async createSchedule(environment, timing) {
      const path = environmentPath(environment, 'schedules')
      const body = { ...timingBody(timing), secretRotationRequest: { environmentPath: '' } }
      return json<WireSchedule>(await send(connection, { method: 'POST', path, json: body }))
    },

    async updateSchedule(environment, id, timing) {
      const path = environmentPath(environment, 'schedules', id)
      return json<WireSchedule>(await send(connection, { method: 'PATCH', path, json: timingBody(timing) }))
    },

    async deleteSchedule(environment, id) {
      await send(connection, { method: 'DELETE', path: environmentPath(environment, 'schedules', id) })
    },

    async scheduleHistory(environment, id, count) {
      const path = environmentPath(environment, 'schedules', id, 'history')
      const response = await send(connection, { method: 'GET', path, query: { count } })
      const { scheduleHistoryEvents } = json<{ scheduleHistoryEvents?: unknown }>(response)
      return listIn<WireScheduleEvent>(response, scheduleHistoryEvents)
    },
  }
}

function timingBody({ cron, once }: ScheduleTiming): Record<string, string> {
  return {
    ...(cron === undefined ? {} : { scheduleCron: cron }),
    ...(once === undefined ? {} : { scheduleOnce: once }),
  }
}

type WebhookRoutes = Pick<
  AdministrationApi,
  | 'listWebhooks'
  | 'webhook'
  | 'createWebhook'
  | 'updateWebhook'
  | 'deleteWebhook'
  | 'pingWebhook'
  | 'listDeliveries'
>

function webhookRoutes(connection: Connection): WebhookRoutes {
  return {
    async listWebhooks(environment) {
      const path = environmentPath(environment, 'hooks')
      return jsonList<WireWebhook>(await send(connection, { method: 'GET', path }))
    },

    async webhook(environment, name) {
      const path = environmentPath(environment, 'hooks', name)
      return json<WireWebhook>(await send(connection, { method: 'GET', path }))
    },

    async createWebhook(environment, webhook) {
      const path = environmentPath(environment, 'hooks')
      return json<WireWebhook>(await send(connection, { method: 'POST', path, json: webhook }))
    },

    async updateWebhook(environment, name, webhook) {
      await send(connection, {
        method: 'PATCH',
        path: environmentPath(environment, 'hooks', name),
        json: webhook,
      })
    },

    async deleteWebhook(environment, name) {
      await send(connection, { method: 'DELETE', path: environmentPath(environment, 'hooks', name) })
    },

    async pingWebhook(environment, name) {
      const path = environmentPath(environment, 'hooks', name, 'ping')
      return json<WireDelivery>(await send(connection, { method: 'POST', path, json: {} }))
    },

    async listDeliveries(environment, name, count) {
      const path = environmentPath(environment, 'hooks', name, 'deliveries')
      return jsonList<WireDelivery>(await send(connection, { method: 'GET', path, query: { count } }))
    },
  }
}
