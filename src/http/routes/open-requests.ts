import type { Service } from '../../service/index.ts'
import { json } from '../answer.ts'
import { environmentRoute, type Route } from '../route.ts'
import { gateList, openRequest, openRequestList, openRequestTimes, putGates } from '../schemas/approvals.ts'
import { renderPerson } from './change-requests.ts'

/** Requests to open gated environments (contract §7), and the gates. */
export const openRequestRoutes: readonly Route[] = [
  environmentRoute({
    id: 'CreateOpenRequest',
    method: 'POST',
    path: '/open/request',
    needs: 'open',
    summary: 'Asks to open the environment and every gated one that it imports',
    body: openRequestTimes,
    bodyOptional: true,
    answers: { 200: openRequestList },
    run: async ({ access, body, service }) => {
      const entries = await service.openRequests.create(access, body)
      return json({
        changeRequests: entries.map(({ environment, request }) => ({
          projectName: environment.project,
          environmentName: environment.name,
          changeRequestId: request.id,
          latestRevisionNumber: request.latestRevision,
          etag: `${request.id}/${request.latestRevision}`,
        })),
      })
    },
  }),
  environmentRoute({
    id: 'GetOpenRequest',
    method: 'GET',
    path: '/open/request/{id}',
    needs: 'read',
    summary: 'One request to open',
    answers: { 200: openRequest },
    run: async ({ access, parameters, service }) =>
      json(renderOpenRequest(await service.openRequests.get(access, parameters['id']!))),
  }),
  environmentRoute({
    id: 'UpdateOpenRequest',
    method: 'PUT',
    path: '/open/request/{id}',
    needs: 'read',
    summary: 'Asks for other times; approvals of the ones before count no longer',
    body: openRequestTimes,
    answers: { 200: openRequest },
    run: async ({ access, parameters, body, service }) =>
      json(renderOpenRequest(await service.openRequests.change(access, parameters['id']!, body))),
  }),
  environmentRoute({
    id: 'ListGates',
    method: 'GET',
    path: '/gates',
    needs: 'read',
    summary: 'The gates of the environment',
    answers: { 200: gateList },
    run: async ({ access, service }) => json({ gates: await service.gates.list(access) }),
  }),
  environmentRoute({
    id: 'PutGates',
    method: 'PUT',
    path: '/gates',
    needs: 'share',
    summary: 'Replaces the gates of the environment',
    body: putGates,
    isDangerous: () => true,
    answers: { 200: gateList },
    run: async ({ access, body, service }) => json({ gates: await service.gates.put(access, body.gates) }),
  }),
]

function renderOpenRequest(found: Awaited<ReturnType<Service['openRequests']['get']>>): object {
  return {
    id: found.id,
    status: found.status,
    grantExpirationSeconds: found.grantExpirationSeconds,
    accessDurationSeconds: found.accessDurationSeconds,
    createdAt: new Date(found.createdMs).toISOString(),
    createdBy: renderPerson(found.asker),
    ...(found.accessUntilMs === null ? {} : { accessUntil: new Date(found.accessUntilMs).toISOString() }),
  }
}
