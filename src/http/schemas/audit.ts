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
