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
