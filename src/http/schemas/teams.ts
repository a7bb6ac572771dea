import { z } from 'zod'

const environment = { projectName: z.string().max(100), envName: z.string().max(100) }
const grant = z.object({ ...environment, permission: z.enum(['read', 'open', 'write', 'admin']) })

/** The teams of an organization and their members, by name. */
export const teamList = z
  .strictObject({ teams: z.array(z.strictObject({ name: z.string(), members: z.array(z.string()) })) })
  .meta({ id: 'Teams' })

/** A new team. */
export const createTeam = z.object({ name: z.string().max(200) }).meta({ id: 'CreateTeam' })

/** One change of a team's grants, or of its members. */
export const changeTeam = z
  .object({
    addEnvironmentPermission: grant.optional(),
    editEnvironmentPermission: grant.optional(),
    removeEnvironment: z.object(environment).optional(),
    addMember: z.string().max(200).optional(),
    removeMember: z.string().max(200).optional(),
  })
  .meta({ id: 'UpdateTeam' })
