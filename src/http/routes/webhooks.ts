import { z } from 'zod'
import { AppError } from '../../diag/index.ts'
import type { Delivery, EnvironmentAccess, Webhook } from '../../service/index.ts'
import { empty, json } from '../answer.ts'
import { count } from '../query.ts'
import { environmentRoute, type Route } from '../route.ts'
import { delivery, deliveryList, webhook, webhookList, webhookRequest } from '../schemas/webhooks.ts'

/** Webhooks of one environment (contract §9). Their targets are told things, so all of it needs `write`. */
export const webhookRoutes: readonly Route[] = [
  environmentRoute({
    id: 'ListWebhooks',
    method: 'GET',
    path: '/hooks',
    needs: 'write',
    summary: 'The webhooks, by name',
    answers: { 200: webhookList },
    run: async ({ access, service }) =>
      json((await service.webhooks.list(access)).map((hook) => renderWebhook(access, hook))),
  }),
  environmentRoute({
    id: 'CreateWebhook',
    method: 'POST',
    path: '/hooks',
    needs: 'write',
    summary: 'Adds a webhook; the server makes a name when none is sent',
    body: webhookRequest,
    isDangerous: () => true,
    answers: { 201: webhook },
    run: async ({ access, body, service }) => {
      checkNames(access, body)
      return json(renderWebhook(access, await service.webhooks.create(access, body)), { status: 201 })
    },
  }),
  environmentRoute({
    id: 'GetWebhook',
    method: 'GET',
    path: '/hooks/{name}',
    needs: 'write',
    summary: 'One webhook',
    answers: { 200: webhook },
    run: async ({ access, parameters, service }) =>
      json(renderWebhook(access, await service.webhooks.get(access, parameters['name']!))),
  }),
  environmentRoute({
    id: 'UpdateWebhook',
    method: 'PATCH',
    path: '/hooks/{name}',
    needs: 'write',
    summary: 'Replaces a webhook; an absent `format` and an empty `secret` stay',
    body: webhookRequest,
    isDangerous: ({ active }) => active,
    answers: { 200: webhook },
    run: async ({ access, parameters, body, service }) => {
      checkNames(access, body)
      return json(renderWebhook(access, await service.webhooks.update(access, parameters['name']!, body)))
    },
  }),
  environmentRoute({
    id: 'DeleteWebhook',
    method: 'DELETE',
    path: '/hooks/{name}',
    needs: 'write',
    summary: 'Removes a webhook',
    answers: { 204: 'empty' },
    run: async ({ access, parameters, service }) => {
      await service.webhooks.delete(access, parameters['name']!)
      return empty()
    },
  }),
  environmentRoute({
    id: 'PingWebhook',
    method: 'POST',
    path: '/hooks/{name}/ping',
    needs: 'write',
    summary: 'Sends a test event at once',
    answers: { 200: delivery },
    run: async ({ access, parameters, service }) =>
      json(renderDelivery(await service.webhooks.ping(access, parameters['name']!))),
  }),
  environmentRoute({
    id: 'ListDeliveries',
    method: 'GET',
    path: '/hooks/{name}/deliveries',
    needs: 'write',
    summary: 'Deliveries, newest first',
    query: z.object({ count: count() }),
    answers: { 200: deliveryList },
    run: async ({ access, parameters, query, service }) =>
      json((await service.webhooks.deliveries(access, parameters['name']!, query.count)).map(renderDelivery)),
  }),
  environmentRoute({
    id: 'RedeliverWebhook',
    method: 'POST',
    path: '/hooks/{name}/deliveries/{event}/redeliver',
    needs: 'write',
    summary: 'Sends an earlier event again',
    answers: { 200: delivery },
    run: async ({ access, parameters, service }) =>
      json(
        renderDelivery(await service.webhooks.redeliver(access, parameters['name']!, parameters['event']!)),
      ),
  }),
]

/** @throws AppError REQUEST_INVALID when the body names another place than the path */
function checkNames({ environment }: EnvironmentAccess, body: z.output<typeof webhookRequest>): void {
  const pairs = [
    ['organizationName', body.organizationName, environment.organization],
    ['projectName', body.projectName, environment.project],
    ['envName', body.envName, environment.name],
  ] as const
  for (const [member, got, wanted] of pairs) {
    if (got === undefined || got === wanted) continue
    throw new AppError('REQUEST_INVALID', {
      what: `\`${member}\` is not \`${wanted}\` of the path`,
      hint: '',
    })
  }
}

function renderWebhook({ environment }: EnvironmentAccess, hook: Webhook): object {
  return {
    active: hook.active,
    displayName: hook.displayName,
    name: hook.name,
    organizationName: environment.organization,
    projectName: environment.project,
    envName: environment.name,
    payloadUrl: hook.payloadUrl,
    filters: hook.filters,
    groups: hook.groups,
    format: hook.format,
    hasSecret: hook.sealedSecret !== null,
  }
}

function renderDelivery({ id, kind, payload, createdMs, outcome }: Delivery): object {
  return {
    id,
    kind,
    timestamp: Math.floor((outcome?.atMs ?? createdMs) / 1_000),
    duration: outcome?.durationMs ?? 0,
    payload,
    requestUrl: outcome?.requestUrl ?? '',
    requestHeaders: outcome?.requestHeaders ?? '',
    responseCode: outcome?.responseCode ?? 0,
    responseHeaders: outcome?.responseHeaders ?? '',
    responseBody: outcome?.responseBody ?? '',
  }
}
