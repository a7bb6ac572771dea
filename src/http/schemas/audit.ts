import { z } from 'zod'

/** Where a trail ended at a moment, with an Ed25519 signature. */
export const checkpoint = z
  .strictObject({
    organizationId: z.string(),
    sequence: z.int().min(1),
    hash: z.string(),
    at: z.string(),
    publicKey: z.string(),
    signature: z.string(),
  })
  .meta({ id: 'AuditCheckpoint' })

/** The keys that seal secrets, counted. Times are RFC 3339; empty = not yet. */
export const dataKeyStatus = z
  .strictObject({
    keyId: z.string(),
    dataKeys: z.int(),
    retired: z.int(),
    underOldKeys: z.int(),
    rotation: z
      .strictObject({
        started: z.string(),
        finished: z.string(),
        environments: z.int(),
        done: z.int(),
        values: z.int(),
        failed: z.array(z.string()),
        destroyed: z.int(),
      })
      .optional(),
  })
  .meta({ id: 'DataKeyStatus' })

/** What opening everything that is sealed found. */
export const verifiedSeals = z
  .strictObject({
    good: z.int(),
    bad: z.array(z.string()),
    underRetiredKeys: z.int(),
    underOldKeys: z.int(),
  })
  .meta({ id: 'VerifiedSeals' })

/** The keys of both issuers. Times are RFC 3339; empty = not yet. */
export const signingKeyList = z
  .strictObject({
    keys: z.array(
      z.strictObject({
        issuer: z.enum(['v1', 'v2']),
        kid: z.string(),
        state: z.enum(['pending', 'active', 'retired']),
        published: z.string(),
        activated: z.string(),
        retired: z.string(),
      }),
    ),
  })
  .meta({ id: 'SigningKeys' })
