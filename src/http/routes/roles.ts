import { empty, json } from '../answer.ts'
import { organizationRoute, type Route } from '../route.ts'
import { putRole, role, roleList } from '../schemas/roles.ts'

const roles = '/api/orgs/{org}/roles'

/** Custom roles: rights on environments by project, name or tag, for members and teams (service §10). */
export const roleRoutes: readonly Route[] = [
  organizationRoute({
    id: 'ListRoles',
    method: 'GET',
    path: roles,
    needs: 'member:read',
    summary: 'The custom roles: what they allow where, and who holds them',
    answers: { 200: roleList },
    run: async ({ access, service }) => json({ roles: await service.roles.list(access) }),
  }),
  organizationRoute({
    id: 'PutRole',
    method: 'PUT',
    path: `${roles}/{role}`,
    needs: 'member:write',
    summary: 'Makes a custom role, or replaces all that it allows and all who hold it',
    body: putRole,
    isDangerous: ({ rules, organization }) =>
      organization.length > 0 || rules.some(({ permissions }) => permissions.some((one) => one !== 'read')),
    answers: { 200: role },
    run: async ({ access, parameters, body, service }) =>
      json(await service.roles.put(access, { name: parameters['role']!, ...body })),
  }),
  organizationRoute({
    id: 'DeleteRole',
    method: 'DELETE',
    path: `${roles}/{role}`,
    needs: 'member:write',
    summary: 'Removes a custom role; who held it loses what it allowed at once',
    answers: { 204: 'empty' },
    run: async ({ access, parameters, service }) => {
      await service.roles.remove(access, parameters['role']!)
      return empty()
    },
  }),
]
