import { z } from 'zod'
import { freshLoginRules } from '../../service/index.ts'

const level = z.enum(['none', 'read', 'open', 'write', 'admin'])

/** Tokens without their secret. Times are RFC 3339; empty = never. */
export const tokenList = z
  .strictObject({
    tokens: z.array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        description: z.string(),
        created: z.string(),
        expires: z.string(),
        lastUsed: z.string(),
        admin: z.boolean(),
        team: z.string().optional(),
        revoked: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'AccessTokens' })

const optionalText = z
  .string()
  .max(200)
  .nullish()
  .transform((text) => text ?? undefined)

/** The body of a token's creation; `expires` in epoch seconds. */
export const createToken = z
  .object({
    name: optionalText,
    description: optionalText,
    expires: z
      .int()
      .min(0)
      .nullish()
      .transform((seconds) => seconds ?? undefined)
      .describe(
        'epoch seconds: a time to come, no further away than tokens of its kind may live; 0 or absent = the default',
      ),
    admin: z
      .boolean()
      .nullish()
      .transform((admin) => admin ?? undefined),
    team: optionalText,
  })
  .meta({ id: 'CreateAccessToken' })

/** A new token. `tokenValue` is shown here once. */
export const createdToken = z
  .strictObject({ id: z.string(), tokenValue: z.string() })
  .meta({ id: 'CreatedAccessToken' })

const member = z
  .strictObject({
    user: z.strictObject({
      githubLogin: z.string(),
      name: z.string(),
      email: z.string(),
      avatarUrl: z.string(),
    }),
    role: z.string(),
    created: z.string(),
  })
  .meta({ id: 'Member' })

/** The members of an organization, by login. */
export const memberList = z.strictObject({ members: z.array(member) }).meta({ id: 'Members' })

/** Who is to be a member, and as what. */
export const putMember = z
  .object({ role: z.enum(['admin', 'member']).default('member'), name: optionalText, email: optionalText })
  .meta({ id: 'PutMember' })

/** A member; `tokenValue` only when the account is new, and only this once. */
export const memberResult = z
  .strictObject({ member, tokenValue: z.string().optional() })
  .meta({ id: 'MemberResult' })

/** What holds for an organization. */
export const organizationSettings = z
  .strictObject({ memberLevel: level, rotationEnabled: z.boolean(), freshLogin: z.enum(freshLoginRules) })
  .meta({ id: 'OrganizationSettings' })

/** A change of what holds for an organization; what is absent stays. */
export const changeOrganizationSettings = z
  .object({
    memberLevel: level.optional(),
    rotationEnabled: z.boolean().optional(),
    freshLogin: z.enum(freshLoginRules).optional(),
  })
  .meta({ id: 'UpdateOrganizationSettings' })

/** Levels granted on an environment, by login. */
export const grants = z.object({ grants: z.record(z.string(), level) }).meta({ id: 'Grants' })

/** Entries of the audit trail, newest first. */
export const auditLog = z
  .strictObject({
    auditLogEvents: z.array(
      z.strictObject({
        timestamp: z.int(),
        sourceIP: z.string(),
        event: z.string(),
        description: z.string(),
        user: z.strictObject({ name: z.string(), githubLogin: z.string(), avatarUrl: z.string() }),
        tokenID: z.string(),
        tokenName: z.string(),
        actorName: z.string(),
        actorUrn: z.string(),
        reqOrgAdmin: z.boolean(),
        reqStackAdmin: z.boolean(),
        authFailure: z.boolean(),
      }),
    ),
    continuationToken: z.string().min(1).optional(),
  })
  .meta({ id: 'AuditLog' })
