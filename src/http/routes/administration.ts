import { z } from 'zod'
import type { AccessToken, AuditEntry, Member } from '../../service/index.ts'
import { empty, json } from '../answer.ts'
import { describe, isAuthFailure } from '../audit-formats.ts'
import { cursor, flag, text, wholeNumber } from '../query.ts'
import { callerRoute, environmentRoute, organizationRoute, type Route } from '../route.ts'
import {
  auditLog,
  changeOrganizationSettings,
  createdToken,
  createToken,
  grants,
  memberList,
  memberResult,
  organizationSettings,
  putMember,
  tokenList,
} from '../schemas/administration.ts'

const orgs = '/api/orgs/{org}'

/** People, tokens, settings and grants: what an organization needs to run itself. */
export const administrationRoutes: readonly Route[] = [
  callerRoute({
    id: 'ListPersonalTokens',
    method: 'GET',
    path: '/api/user/tokens',
    summary: 'The caller’s personal tokens',
    answers: { 200: tokenList },
    run: async ({ access, service }) =>
      json({ tokens: (await service.tokens.list(access)).map(renderToken) }),
  }),
  callerRoute({
    id: 'CreatePersonalToken',
    method: 'POST',
    path: '/api/user/tokens',
    summary: 'Makes a personal token, which can do no more than the one used and lives no longer',
    body: createToken,
    bodyOptional: true,
    isDangerous: () => true,
    answers: { 200: createdToken },
    run: async ({ access, body, service }) => {
      const made = await service.tokens.create(access, body)
      return json({ id: made.id, tokenValue: made.text })
    },
  }),
  callerRoute({
    id: 'RevokePersonalToken',
    method: 'DELETE',
    path: '/api/user/tokens/{id}',
    summary: 'Revokes a personal token at once',
    answers: { 204: 'empty' },
    run: async ({ access, parameters, service }) => {
      await service.tokens.revoke(access, parameters['id']!)
      return empty()
    },
  }),
  organizationRoute({
    id: 'ListOrganizationTokens',
    method: 'GET',
    path: `${orgs}/tokens`,
    needs: 'organization_token:write',
    summary: 'The organization’s tokens',
    answers: { 200: tokenList },
    run: async ({ access, service }) =>
      json({ tokens: (await service.tokens.listOrganization(access)).map(renderToken) }),
  }),
  organizationRoute({
    id: 'CreateOrganizationToken',
    method: 'POST',
    path: `${orgs}/tokens`,
    needs: 'organization_token:write',
    summary: 'Makes a token that acts for the organization',
    body: createToken,
    isDangerous: () => true,
    answers: { 200: createdToken },
    run: async ({ access, body, service }) => {
      const made = await service.tokens.createOrganization(access, body)
      return json({ id: made.id, tokenValue: made.text })
    },
  }),
  organizationRoute({
    id: 'RevokeOrganizationToken',
    method: 'DELETE',
    path: `${orgs}/tokens/{id}`,
    needs: 'organization_token:write',
    summary: 'Revokes a token of the organization at once',
    answers: { 204: 'empty' },
    run: async ({ access, parameters, service }) => {
      await service.tokens.revokeOrganization(access, parameters['id']!)
      return empty()
    },
  }),
  organizationRoute({
    id: 'ListMembers',
    method: 'GET',
    path: `${orgs}/members`,
    needs: 'member:read',
    summary: 'The members, by login',
    answers: { 200: memberList },
    run: async ({ access, service }) =>
      json({ members: (await service.members.list(access)).map(renderMember) }),
  }),
  organizationRoute({
    id: 'PutMember',
    method: 'PUT',
    path: `${orgs}/members/{login}`,
    needs: 'member:write',
    summary: 'Makes somebody a member or changes the role; a new login becomes an account with a first token',
    body: putMember,
    bodyOptional: true,
    isDangerous: ({ role }) => role === 'admin',
    answers: { 200: memberResult },
    run: async ({ access, parameters, body, service }) => {
      const { token, ...member } = await service.members.put(access, parameters['login']!, body)
      return json({ member: renderMember(member), ...(token === null ? {} : { tokenValue: token }) })
    },
  }),
  organizationRoute({
    id: 'RemoveMember',
    method: 'DELETE',
    path: `${orgs}/members/{login}`,
    needs: 'member:write',
    summary: 'Ends a membership',
    answers: { 204: 'empty' },
    run: async ({ access, parameters, service }) => {
      await service.members.remove(access, parameters['login']!)
      return empty()
    },
  }),
  organizationRoute({
    id: 'GetOrganizationSettings',
    method: 'GET',
    path: `${orgs}/settings`,
    needs: 'member:read',
    summary: 'What holds for the organization',
    answers: { 200: organizationSettings },
    run: async ({ access, service }) => json(await service.members.settings(access)),
  }),
  organizationRoute({
    id: 'UpdateOrganizationSettings',
    method: 'PATCH',
    path: `${orgs}/settings`,
    needs: 'organization:write',
    summary: 'Changes what holds for the organization',
    body: changeOrganizationSettings,
    isDangerous: ({ memberLevel, freshLogin }) => isStrong(memberLevel) || freshLogin !== undefined,
    answers: { 200: organizationSettings },
    run: async ({ access, body, service }) => json(await service.members.updateSettings(access, body)),
  }),
  organizationRoute({
    id: 'ListAuditLog',
    method: 'GET',
    path: `${orgs}/auditlogs`,
    needs: 'audit_logs:read',
    summary:
      'The audit trail, newest first; `startTime` in epoch seconds gives what is older, `dangerous` what gave rights or let data out',
    query: z.object({
      startTime: wholeNumber(Number.MAX_SAFE_INTEGER),
      userFilter: text(),
      continuationToken: cursor(),
      dangerous: flag(),
    }),
    answers: { 200: auditLog },
    run: async ({ access, query, service }) => {
      const { entries, continuationToken } = await service.auditLog.list(access, query)
      return json({
        auditLogEvents: entries.map(renderAuditEntry),
        ...(continuationToken === null ? {} : { continuationToken }),
      })
    },
  }),
  environmentRoute({
    id: 'ListGrants',
    method: 'GET',
    path: '/grants',
    needs: 'share',
    summary: 'The levels granted to single members, by login',
    answers: { 200: grants },
    run: async ({ access, service }) =>
      json({ grants: Object.fromEntries(await service.members.grants(access)) }),
  }),
  environmentRoute({
    id: 'PutGrants',
    method: 'PUT',
    path: '/grants',
    needs: 'share',
    summary: 'Replaces the levels granted to single members; `write` decides what openers receive',
    body: grants,
    isDangerous: ({ grants: levels }) => Object.values(levels).some(isStrong),
    answers: { 200: grants },
    run: async ({ access, body, service }) => {
      const next = await service.members.putGrants(access, new Map(Object.entries(body.grants)))
      return json({ grants: Object.fromEntries(next) })
    },
  }),
]

function time(milliseconds: number | null): string {
  return milliseconds === null ? '' : new Date(milliseconds).toISOString()
}

/** Levels that decide what others receive, or who else may. */
function isStrong(level: string | undefined): boolean {
  return level === 'write' || level === 'admin'
}

function renderToken(token: AccessToken): object {
  return {
    id: token.id,
    name: token.name,
    description: token.description,
    created: time(token.createdMs),
    expires: time(token.expiresMs),
    lastUsed: time(token.lastUsedMs),
    admin: token.admin,
    ...(token.team === null ? {} : { team: token.team }),
    revoked: token.revokedMs !== null,
  }
}

function renderMember({ user, membership }: Member): object {
  const { login, name, email, avatarUrl } = user
  return {
    user: { githubLogin: login, name, email, avatarUrl },
    role: membership.role,
    created: time(membership.createdMs),
  }
}

function renderAuditEntry({ atMs, event, body }: AuditEntry): object {
  const entry = JSON.parse(body) as Record<string, string | undefined>
  return {
    timestamp: Math.floor(atMs / 1_000),
    sourceIP: entry['clientAddress'] ?? '',
    event,
    description: describe(entry),
    user: { name: entry['actorName'] ?? '', githubLogin: entry['actorLogin'] ?? '', avatarUrl: '' },
    tokenID: entry['tokenId'] ?? '',
    tokenName: entry['tokenName'] ?? '',
    actorName: entry['actorName'] ?? '',
    actorUrn: `urn:openesc:actor:${entry['actorId'] ?? ''}`,
    reqOrgAdmin: false,
    reqStackAdmin: false,
    authFailure: isAuthFailure(event),
  }
}
