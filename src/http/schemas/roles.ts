import { z } from 'zod'
import { roleOrganizationNames, rolePermissionNames } from '../../service/index.ts'

const rule = z
  .strictObject({
    permissions: z.array(z.enum(rolePermissionNames)).max(rolePermissionNames.length),
    everything: z.literal(true).optional(),
    project: z.string().max(100).optional(),
    name: z.string().max(100).optional(),
    tag: z.strictObject({ name: z.string().max(100), value: z.string().max(1_000).optional() }).optional(),
  })
  .meta({ id: 'RoleRule' })

const content = {
  description: z.string().max(200).default(''),
  rules: z.array(rule).max(100).default([]),
  organization: z.array(z.enum(roleOrganizationNames)).max(roleOrganizationNames.length).default([]),
  members: z.array(z.string().max(100)).max(1_000).default([]),
  teams: z.array(z.string().max(100)).max(100).default([]),
}

/** A custom role: what it allows where, and who holds it. */
export const role = z.strictObject({ name: z.string(), ...content }).meta({ id: 'Role' })

/** The custom roles of an organization, by name. */
export const roleList = z.strictObject({ roles: z.array(role) }).meta({ id: 'Roles' })

/** All that a role is to be. */
export const putRole = z.strictObject(content).meta({ id: 'PutRole' })
