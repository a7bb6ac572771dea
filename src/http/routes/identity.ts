import type { CallerProfile } from '../../service/index.ts'
import { json } from '../answer.ts'
import { callerRoute, type Route } from '../route.ts'
import { defaultOrganization, user } from '../schemas/identity.ts'

/** Who the caller is (contract §2). */
export const identityRoutes: readonly Route[] = [
  callerRoute({
    id: 'GetCurrentUser',
    method: 'GET',
    path: '/api/user',
    summary: 'The caller and their organizations',
    answers: { 200: user },
    run: async ({ access, service }) => json(renderProfile(await service.people.profile(access))),
  }),
  callerRoute({
    id: 'GetDefaultOrganization',
    method: 'GET',
    path: '/api/user/organizations/default',
    summary: 'The organization that names without one fall into; empty when there is none',
    answers: { 200: defaultOrganization },
    run: async ({ access, service }) =>
      json({ gitHubLogin: (await service.people.defaultOrganization(access)) ?? '', messages: [] }),
  }),
]

function renderProfile({ caller, organizations }: CallerProfile): object {
  const { user: person, token, actor } = caller
  const organization = organizations[0]?.organization.name
  const machine = token.type === 'organization' || token.type === 'team'
  return {
    id: actor.id,
    githubLogin: actor.login,
    name: person?.name ?? actor.login,
    email: person?.email ?? '',
    avatarUrl: person?.avatarUrl ?? '',
    organizations: organizations.map(({ organization: { name, displayName, avatarUrl }, role }) => ({
      githubLogin: name,
      name: displayName,
      avatarUrl,
      role,
    })),
    identities: [],
    siteAdmin: person?.siteAdmin ?? false,
    ...(machine
      ? {
          tokenInfo: {
            name: token.name,
            ...(organization === undefined ? {} : { organization }),
            ...(token.team === null ? {} : { team: token.team }),
          },
        }
      : {}),
  }
}
