import { z } from 'zod'

/** The caller's account. */
export const user = z
  .strictObject({
    id: z.string(),
    githubLogin: z.string().min(1),
    name: z.string(),
    email: z.string(),
    avatarUrl: z.string(),
    organizations: z.array(
      z.strictObject({
        githubLogin: z.string().min(1),
        name: z.string(),
        avatarUrl: z.string(),
        role: z.string(),
      }),
    ),
    identities: z.array(z.string()),
    siteAdmin: z.boolean(),
    tokenInfo: z
      .strictObject({
        name: z.string(),
        organization: z.string().optional(),
        team: z.string().optional(),
      })
      .optional(),
  })
  .meta({ id: 'User' })

/** The caller's default organization; empty when there is none. */
export const defaultOrganization = z
  .strictObject({ gitHubLogin: z.string(), messages: z.array(z.never()) })
  .meta({ id: 'DefaultOrganization' })

/** What the server offers beyond the contract. */
export const capabilities = z
  .strictObject({ capabilities: z.array(z.looseObject({ capability: z.string() })) })
  .meta({ id: 'Capabilities' })

/** For an upgrade hint of other command-line tools. */
export const cliVersion = z
  .strictObject({ latestVersion: z.string(), oldestWithoutWarning: z.string(), latestDevVersion: z.string() })
  .meta({ id: 'CliVersion' })
