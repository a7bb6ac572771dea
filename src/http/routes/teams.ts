import { empty, json } from '../answer.ts'
import { organizationRoute, type Route } from '../route.ts'
import { changeTeam, createTeam, teamList } from '../schemas/teams.ts'

const teams = '/api/orgs/{org}/teams'

/** Teams: who belongs to them, and what they may do with which environment (service §10). */
export const teamRoutes: readonly Route[] = [
  organizationRoute({
    id: 'ListTeams',
    method: 'GET',
    path: teams,
    needs: 'member:read',
    summary: 'The teams and their members',
    answers: { 200: teamList },
    run: async ({ access, service }) => json({ teams: await service.teams.list(access) }),
  }),
  organizationRoute({
    id: 'CreateTeam',
    method: 'POST',
    path: teams,
    needs: 'member:write',
    summary: 'Makes a team without members',
    body: createTeam,
    answers: { 204: 'empty' },
    run: async ({ access, body, service }) => {
      await service.teams.create(access, body.name)
      return empty()
    },
  }),
  organizationRoute({
    id: 'UpdateTeam',
    method: 'PATCH',
    path: `${teams}/{team}`,
    needs: 'member:write',
    summary: 'Changes what a team may do with an environment, or who belongs to it',
    body: changeTeam,
    isDangerous: ({ addMember, addEnvironmentPermission: added, editEnvironmentPermission: edited }) =>
      addMember !== undefined || /^(?:write|admin)$/.test((added ?? edited)?.permission ?? ''),
    answers: { 204: 'empty' },
    run: async ({ access, parameters, body, service }) => {
      const set = body.addEnvironmentPermission ?? body.editEnvironmentPermission
      const grant =
        set !== undefined
          ? { project: set.projectName, name: set.envName, level: set.permission }
          : body.removeEnvironment !== undefined
            ? {
                project: body.removeEnvironment.projectName,
                name: body.removeEnvironment.envName,
                level: 'none' as const,
              }
            : undefined
      const { addMember, removeMember } = body
      await service.teams.update(access, parameters['team']!, { grant, addMember, removeMember })
      return empty()
    },
  }),
  organizationRoute({
    id: 'DeleteTeam',
    method: 'DELETE',
    path: `${teams}/{team}`,
    needs: 'member:write',
    summary: 'Removes a team with its grants and revokes its tokens',
    answers: { 204: 'empty' },
    run: async ({ access, parameters, service }) => {
      await service.teams.remove(access, parameters['team']!)
      return empty()
    },
  }),
]
