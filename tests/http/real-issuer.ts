import { randomBytes } from 'node:crypto'
import { createIssuer, type Issuer } from '../../src/oidc/index.ts'
import { type openVault, signingKeyStorage } from '../../src/store/index.ts'
import type { World } from './world.ts'

/** A real issuer whose keys lie in the store of a world, by the clock of this machine. */
export async function issuerOver({ store, parts }: World, baseUrl: string): Promise<Issuer> {
  return await createIssuer({
    baseUrl,
    storage: { v1: signingKeyStorage(store, 'v1'), v2: signingKeyStorage(store, 'v2') },
    sealer: parts.sealer as Awaited<ReturnType<typeof openVault>>,
    nowMs: () => Date.now(),
    random: (count) => randomBytes(count),
  })
}
