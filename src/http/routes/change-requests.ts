import { z } from 'zod'
import type { Actor, ChangeRequestEntry, ChangeRequestEvent, EvaluatedGate } from '../../service/index.ts'
import { empty, json } from '../answer.ts'
import { count, text } from '../query.ts'
import { organizationRoute, type Route } from '../route.ts'
import {
  applied,
  approveRequest,
  changeRequestDetail,
  changeRequestEvents,
  changeRequestList,
  commentRequest,
  describeRequest,
  optionalComment,
  submitRequest,
} from '../schemas/approvals.ts'

const base = '/api/change-requests/{org}'
// The right on the environment itself is decided in the service, once the request tells which one it is.
const needs = 'change_request:read'

/** Change requests on their way to be applied (contract §7). */
export const changeRequestRoutes: readonly Route[] = [
  organizationRoute({
    id: 'ListChangeRequests',
    method: 'GET',
    path: base,
    needs,
    summary: 'Change requests, newest first',
    query: z.object({ continuationToken: text(), count: count(), entityType: text(), entityId: text() }),
    answers: { 200: changeRequestList },
    run: async ({ access, query, service }) => {
      const { entries, continuationToken } = await service.changeRequests.list(access, query)
      return json({
        changeRequests: entries.map(renderRequest),
        ...(continuationToken === null ? {} : { continuationToken }),
      })
    },
  }),
  organizationRoute({
    id: 'GetChangeRequest',
    method: 'GET',
    path: `${base}/{id}`,
    needs,
    summary: 'A change request and what its gates want',
    answers: { 200: changeRequestDetail },
    run: async ({ access, parameters, service }) => {
      const found = await service.changeRequests.get(access, parameters['id']!)
      return json({ ...renderRequest(found), gateEvaluation: renderGates(found.gates) })
    },
  }),
  organizationRoute({
    id: 'UpdateChangeRequest',
    method: 'PATCH',
    path: `${base}/{id}`,
    needs,
    summary: 'Changes the description',
    body: describeRequest,
    answers: { 204: 'empty' },
    run: async ({ access, parameters, body, service }) => {
      await service.changeRequests.describe(access, parameters['id']!, body.description)
      return empty()
    },
  }),
  organizationRoute({
    id: 'SubmitChangeRequest',
    method: 'POST',
    path: `${base}/{id}/submit`,
    needs,
    summary: 'Puts a draft up for approval',
    body: submitRequest,
    bodyOptional: true,
    answers: { 204: 'empty' },
    run: async ({ access, parameters, body, service }) => {
      await service.changeRequests.submit(access, parameters['id']!, body.description)
      return empty()
    },
  }),
  organizationRoute({
    id: 'ApproveChangeRequest',
    method: 'POST',
    path: `${base}/{id}/approve`,
    needs,
    summary: 'Approves the text that was seen',
    body: approveRequest,
    answers: { 204: 'empty' },
    run: async ({ access, parameters, body, service }) => {
      await service.changeRequests.approve(access, parameters['id']!, body.revisionNumber, body.comment)
      return empty()
    },
  }),
  organizationRoute({
    id: 'UnapproveChangeRequest',
    method: 'DELETE',
    path: `${base}/{id}/approve`,
    needs,
    summary: 'Takes the caller’s approval back',
    body: optionalComment,
    bodyOptional: true,
    answers: { 204: 'empty' },
    run: async ({ access, parameters, body, service }) => {
      await service.changeRequests.withdraw(access, parameters['id']!, body.comment)
      return empty()
    },
  }),
  organizationRoute({
    id: 'ApplyChangeRequest',
    method: 'POST',
    path: `${base}/{id}/apply`,
    needs,
    summary: 'Makes the draft the newest revision, or lets a request to open take effect',
    body: z.object({}),
    bodyOptional: true,
    answers: { 200: applied },
    run: async ({ access, parameters, service }) => {
      const { environment } = await service.changeRequests.apply(access, parameters['id']!)
      return json({
        entityUrl: `/${environment.organization}/esc/${environment.project}/${environment.name}`,
      })
    },
  }),
  organizationRoute({
    id: 'CloseChangeRequest',
    method: 'POST',
    path: `${base}/{id}/close`,
    needs,
    summary: 'Gives a change request up',
    body: optionalComment,
    bodyOptional: true,
    answers: { 204: 'empty' },
    run: async ({ access, parameters, body, service }) => {
      await service.changeRequests.close(access, parameters['id']!, body.comment)
      return empty()
    },
  }),
  organizationRoute({
    id: 'CommentOnChangeRequest',
    method: 'POST',
    path: `${base}/{id}/comments`,
    needs,
    summary: 'Adds a comment',
    body: commentRequest,
    answers: { 204: 'empty' },
    run: async ({ access, parameters, body, service }) => {
      await service.changeRequests.comment(access, parameters['id']!, body.comment)
      return empty()
    },
  }),
  organizationRoute({
    id: 'ListChangeRequestEvents',
    method: 'GET',
    path: `${base}/{id}/events`,
    needs,
    summary: 'The story of a change request, oldest first',
    query: z.object({ continuationToken: text() }),
    answers: { 200: changeRequestEvents },
    run: async ({ access, parameters, service }) =>
      json({ events: (await service.changeRequests.events(access, parameters['id']!)).map(renderEvent) }),
  }),
]

function renderRequest({ request, environment }: ChangeRequestEntry): object {
  return {
    id: request.id,
    orgID: request.organizationId,
    action: request.action,
    status: request.status,
    description: request.description,
    createdAt: new Date(request.createdMs).toISOString(),
    createdBy: renderPerson(request.createdBy),
    entity: { entityType: 'environment', project: environment.project, name: environment.name },
    latestRevisionNumber: request.latestRevision,
  }
}

function renderGates(gates: readonly EvaluatedGate[]): object {
  return {
    satisfied: gates.every(({ satisfied }) => satisfied),
    applicableGates: gates.map(({ gate, satisfied, approvals }) => ({
      id: gate.id,
      name: gate.name,
      satisfied,
      ruleDetails: {
        approvals,
        requiredApprovals: gate.approvals,
        selfApprovalAllowed: gate.selfApproval,
      },
    })),
  }
}

function renderEvent({ type, by, atMs, details }: ChangeRequestEvent): object {
  return { type, createdAt: new Date(atMs).toISOString(), createdBy: renderPerson(by), ...details }
}

/** A person as change requests show them. */
export function renderPerson({ login, name }: Actor): object {
  return { githubLogin: login, name, avatarUrl: '' }
}
