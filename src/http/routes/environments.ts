import { z } from 'zod'
import type {
  Actor,
  Caller,
  Definition,
  Environment,
  EnvironmentEntry,
  Service,
} from '../../service/index.ts'
import { type Answer, empty, emptyFor, json, jsonBytes, jsonValue, yaml } from '../answer.ts'
import { count, flag, text } from '../query.ts'
import type { RequestHeaders } from '../request.ts'
import { callerRoute, environmentRoute, organizationRoute, type Route } from '../route.ts'
import {
  changeOwner,
  cloneEnvironment,
  createEnvironment,
  deletedList,
  environmentList,
  metadata,
  owner,
  restoreEnvironment,
  settings,
  settingsChange,
} from '../schemas/environments.ts'
import { warnings } from '../schemas/problem.ts'
import { renderWarnings } from '../wire.ts'

const listQuery = {
  continuationToken: text(),
  maxResults: count(),
  includeReferrerMetadata: flag(),
}

/** Environments and their newest definition (contract §3, and the settings of §10). */
export const environmentRoutes: readonly Route[] = [
  callerRoute({
    id: 'ListEnvironments',
    method: 'GET',
    path: '/api/esc/environments',
    summary: 'Environments of all the caller’s organizations',
    query: z.object({ ...listQuery, organization: text() }),
    answers: { 200: environmentList },
    run: async ({ access, query, service }) =>
      await listPage(service, access, query.organization ?? null, query),
  }),
  organizationRoute({
    id: 'ListOrgEnvironments',
    method: 'GET',
    path: '/api/esc/environments/{org}',
    needs: 'environment:list',
    summary: 'Environments of an organization',
    query: z.object({ ...listQuery, roleID: text() }),
    answers: { 200: environmentList },
    run: async ({ access, query, service }) =>
      await listPage(service, access.caller, access.organization.name, query),
  }),
  organizationRoute({
    id: 'CreateEnvironment',
    method: 'POST',
    path: '/api/esc/environments/{org}',
    needs: 'environment:create',
    summary: 'Makes an environment that holds nothing yet',
    query: z.object({ confirmSubject: text() }),
    body: createEnvironment,
    answers: { 204: 'empty', 200: 'empty' },
    run: async ({ access, body, query: { confirmSubject }, headers, service }) => {
      await service.environments.create(access, { ...body, confirmSubject })
      return emptyFor(headers)
    },
  }),
  organizationRoute({
    id: 'ListDeletedEnvironments',
    method: 'GET',
    path: '/api/esc/environments/{org}/restore',
    needs: 'environment:list_deleted',
    summary: 'Deleted environments that can be restored',
    answers: { 200: deletedList },
    run: async ({ access, service }) =>
      json({ environments: (await service.environments.listDeleted(access)).map(renderDeleted) }),
  }),
  organizationRoute({
    id: 'RestoreEnvironment',
    method: 'PUT',
    path: '/api/esc/environments/{org}/restore',
    needs: 'environment:restore_deleted',
    summary: 'Brings a deleted environment back',
    body: restoreEnvironment,
    answers: { 204: 'empty' },
    run: async ({ access, body, service }) => {
      await service.environments.restore(access, { project: body.project ?? 'default', name: body.name })
      return empty()
    },
  }),
  environmentRoute({
    id: 'ReadEnvironment',
    method: 'GET',
    path: '',
    needs: 'read',
    summary: 'The newest definition, secrets sealed',
    answers: { 200: 'yaml' },
    run: async ({ access, service }) => definition(await service.environments.read(access)),
  }),
  environmentRoute({
    id: 'HeadEnvironment',
    method: 'HEAD',
    path: '',
    needs: 'read',
    summary: 'The tag of the newest definition',
    answers: { 200: 'empty' },
    run: async ({ access, service }) => definition(await service.environments.read(access)),
  }),
  environmentRoute({
    id: 'UpdateEnvironment',
    method: 'PATCH',
    path: '',
    needs: 'write',
    summary: 'Replaces the definition; conditional with `ETag` or `If-Match`',
    body: 'yaml',
    answers: { 200: warnings },
    run: async ({ access, body, headers, service }) => {
      const written = await service.environments.update(access, body, requestEtag(headers))
      return jsonValue(renderWarnings(written.diagnostics), {
        headers: { etag: written.etag, [revisionHeader]: String(written.revision) },
      })
    },
  }),
  environmentRoute({
    id: 'DeleteEnvironment',
    method: 'DELETE',
    path: '',
    needs: 'delete',
    summary: 'Deletes the environment; it can be restored for some time',
    answers: { 204: 'empty', 200: 'empty' },
    run: async ({ access, headers, service }) => {
      await service.environments.delete(access)
      return emptyFor(headers)
    },
  }),
  environmentRoute({
    id: 'CloneEnvironment',
    method: 'POST',
    path: '/clone',
    needs: 'open',
    summary: 'Copies the environment within its organization',
    query: z.object({ confirmSubject: text() }),
    body: cloneEnvironment,
    answers: { 204: 'empty' },
    run: async ({ access, body, query: { confirmSubject }, service }) => {
      const { caller, organization } = access
      await service.environments.authorizeOrganization(caller, 'environment:create', organization.name)
      await service.clone(access, { ...body, confirmSubject })
      return empty()
    },
  }),
  environmentRoute({
    id: 'DecryptEnvironment',
    method: 'GET',
    path: '/decrypt',
    needs: 'decrypt',
    summary: 'The newest definition with its secrets in clear',
    answers: { 200: 'yaml' },
    run: async ({ access, service }) => definition(await service.environments.decrypt(access)),
  }),
  environmentRoute({
    id: 'GetEnvironmentMetadata',
    method: 'GET',
    path: '/metadata',
    needs: 'read',
    summary: 'Ids, owner and what is gated',
    answers: { 200: metadata },
    run: async ({ access, service }) => {
      const { environment, organization } = access
      const draft = await service.drafts.active(access)
      const gates = (await service.gates.list(access)).filter(({ enabled }) => enabled)
      return json({
        id: environment.id,
        ownedBy: renderOwner(environment.ownedBy),
        gatedActions: [...new Set(gates.map(({ action }) => action))].sort(),
        openRequestNeeded: await service.sessions.needsRequest(access),
        ...(draft === null
          ? {}
          : {
              activeChangeRequest: { changeRequestId: draft.id, latestRevisionNumber: draft.latestRevision },
            }),
        oidcSubjectV2: `pulumi:org:${organization.id}:env:${environment.id}`,
      })
    },
  }),
  environmentRoute({
    id: 'ChangeEnvironmentOwner',
    method: 'POST',
    path: '/ownership',
    needs: 'share',
    summary: 'Makes another member the owner; answers with the one before',
    body: changeOwner,
    isDangerous: () => true,
    answers: { 200: owner },
    run: async ({ access, body, service }) =>
      json(renderOwner(await service.environments.changeOwner(access, body.owner))),
  }),
  environmentRoute({
    id: 'GetEnvironmentSettings',
    method: 'GET',
    path: '/settings',
    needs: 'read',
    summary: 'The settings',
    answers: { 200: settings },
    run: async ({ access }) => json({ deletionProtected: access.environment.deletionProtected }),
  }),
  environmentRoute({
    id: 'UpdateEnvironmentSettings',
    method: 'PATCH',
    path: '/settings',
    needs: 'write',
    summary: 'Changes the settings that are sent',
    body: settingsChange,
    answers: { 200: settings },
    run: async ({ access, body, service }) => json(await service.environments.updateSettings(access, body)),
  }),
]

/** The header that carries the revision number; clients fail without it. */
export const revisionHeader = 'pulumi-esc-revision'

/** A definition with its tag and revision. */
export function definition({ source, etag, revision }: Definition): Answer {
  return yaml(source, { etag, [revisionHeader]: String(revision) })
}

/** The tag that a client read before: the CLI sends it back as `ETag`, others as `If-Match`. */
export function requestEtag(headers: RequestHeaders): string | undefined {
  return headers.get('if-match') || headers.get('etag') || undefined
}

async function listPage(
  service: Service,
  caller: Caller,
  organization: string | null,
  query: {
    readonly continuationToken?: string | undefined
    readonly maxResults?: number | undefined
    readonly includeReferrerMetadata?: boolean | undefined
  },
): Promise<Answer> {
  const { entries, nextToken } = await service.environments.list(caller, organization, query)
  const counts = query.includeReferrerMetadata
    ? await service.referrers.counts(entries.map(({ environment }) => environment))
    : null
  const texts =
    counts === null
      ? entries.map(entryText)
      : entries.map((entry) => JSON.stringify({ ...renderEntry(entry), ...renderCounts(entry, counts) }))
  const next = nextToken === null ? '' : `,"nextToken":${JSON.stringify(nextToken)}`
  return jsonBytes(`{"environments":[${texts.join(',')}]${next}}\n`)
}

/** The text of what an environment is listed as, as long as it is the same in the store's memory. */
const texts = new WeakMap<Environment, string>()

function entryText(entry: EnvironmentEntry): string {
  // The tags are no part of the environment.
  if (entry.tags.length > 0) return JSON.stringify(renderEntry(entry))
  const known = texts.get(entry.environment)
  if (known !== undefined) return known
  const made = JSON.stringify(renderEntry(entry))
  texts.set(entry.environment, made)
  return made
}

function renderCounts({ environment }: EnvironmentEntry, counts: ReadonlyMap<string, number>): object {
  return {
    referrerMetadata: {
      environmentReferrerCount: counts.get(environment.id) ?? 0,
      stackReferrerCount: 0,
      insightsAccountReferrerCount: 0,
    },
  }
}

function renderEntry({ environment, tags }: EnvironmentEntry): object {
  const { id, organization, project, name, deletionProtected, ownedBy } = environment
  return {
    id,
    organization,
    project,
    name,
    created: new Date(environment.createdMs).toISOString(),
    modified: new Date(environment.modifiedMs).toISOString(),
    tags: Object.fromEntries(tags.map((tag) => [tag.name, tag.value])),
    settings: { deletionProtected },
    ownedBy: renderOwner(ownedBy),
  }
}

function renderDeleted({ id, organization, project, name, deletedMs }: Environment): object {
  return { id, organization, project, name, deletedAt: new Date(deletedMs ?? 0).toISOString() }
}

function renderOwner({ login, name }: Actor): object {
  return { githubLogin: login, name, avatarUrl: '' }
}
