import { z } from 'zod'

/** A user as lists name them. */
export const owner = z
  .strictObject({ githubLogin: z.string(), name: z.string(), avatarUrl: z.string() })
  .meta({ id: 'UserInfo' })

/** One entry of an environment list. */
const entry = z
  .strictObject({
    id: z.string(),
    organization: z.string(),
    project: z.string(),
    name: z.string(),
    created: z.string(),
    modified: z.string(),
    tags: z.record(z.string(), z.string()),
    settings: z.strictObject({ deletionProtected: z.boolean() }),
    ownedBy: owner,
    referrerMetadata: z
      .strictObject({
        environmentReferrerCount: z.int(),
        stackReferrerCount: z.int(),
        insightsAccountReferrerCount: z.int(),
      })
      .optional(),
  })
  .meta({ id: 'OrgEnvironment' })

/** A page of environments; `nextToken` is absent on the last one. */
export const environmentList = z
  .strictObject({ environments: z.array(entry), nextToken: z.string().min(1).optional() })
  .meta({ id: 'OrgEnvironments' })

/** The body of a create. */
export const createEnvironment = z
  .object({ project: z.string().nullish().transform(absent), name: z.string() })
  .meta({ id: 'CreateEnvironment' })

/** The body of a clone. */
export const cloneEnvironment = z
  .object({
    project: z.string().nullish().transform(absent),
    name: z.string(),
    version: z.int().min(0).nullish().transform(absent),
    preserveHistory: z.boolean().nullish().transform(absent),
    preserveAccess: z.boolean().nullish().transform(absent),
    preserveEnvironmentTags: z.boolean().nullish().transform(absent),
    preserveRevisionTags: z.boolean().nullish().transform(absent),
  })
  .meta({ id: 'CloneEnvironment' })

/** The settings of an environment. */
export const settings = z.strictObject({ deletionProtected: z.boolean() }).meta({ id: 'EnvironmentSettings' })

/** A change of settings; what is absent stays. */
export const settingsChange = z
  .object({ deletionProtected: z.boolean().nullish().transform(absent) })
  .meta({ id: 'UpdateEnvironmentSettings' })

/** What is known about an environment besides its text. */
export const metadata = z
  .strictObject({
    id: z.string(),
    ownedBy: owner,
    gatedActions: z.array(z.enum(['update', 'open'])),
    openRequestNeeded: z.boolean(),
    activeChangeRequest: z
      .strictObject({ changeRequestId: z.string(), latestRevisionNumber: z.int() })
      .optional(),
    oidcSubjectV2: z.string(),
  })
  .meta({ id: 'EnvironmentMetadata' })

/** Deleted environments that can be restored. */
export const deletedList = z
  .strictObject({
    environments: z.array(
      z.strictObject({
        id: z.string(),
        organization: z.string(),
        project: z.string(),
        name: z.string(),
        deletedAt: z.string(),
      }),
    ),
  })
  .meta({ id: 'DeletedEnvironments' })

/** Which deleted environment to bring back. */
export const restoreEnvironment = z
  .object({ project: z.string().nullish().transform(absent), name: z.string() })
  .meta({ id: 'RestoreEnvironment' })

/** The next owner's login. */
export const changeOwner = z.object({ owner: z.string().min(1) }).meta({ id: 'ChangeOwner' })

/** Clients send `null` where they mean nothing. */
function absent<T>(value: T | null | undefined): T | undefined {
  return value ?? undefined
}
