import { AppError } from '../../diag/index.ts'
import { acrossTenants } from '../../store/index.ts'
import type { Caller } from '../caller.ts'
import type { ServiceParts } from '../parts.ts'
import { beginRotation, type DataKeyRotation, rotationIn, stepRotation } from './rotation.ts'
import { type Verified, verifySeals } from './verify.ts'

/** The keys that seal, counted. Nothing of a key. */
export interface DataKeyStatus {
  /** The key that wraps data keys. */
  readonly keyId: string
  readonly dataKeys: number
  readonly retired: number
  /** Data keys that another key than `keyId` wraps. */
  readonly underOldKeys: number
  readonly rotation: DataKeyRotation | null
}

/** The use cases of the keys that seal secrets, for administrators of the installation (S-06). */
export interface DataKeys {
  status(caller: Caller): Promise<DataKeyStatus>
  /** Begins to seal everything under new data keys; the work goes on beside requests. */
  rotate(caller: Caller): Promise<DataKeyStatus>
  /** Opens everything, and says what does not open. */
  verify(caller: Caller): Promise<Verified>
  /** Goes on with a rotation that runs. @returns whether something is left */
  step(holder: string): Promise<boolean>
}

/** The use cases of data keys over the service's parts. */
export function createDataKeys(parts: ServiceParts): DataKeys {
  return {
    async status(caller) {
      refuseStrangers(caller)
      return await statusOf(parts)
    },
    async rotate(caller) {
      refuseStrangers(caller)
      await acrossTenants(() => beginRotation(parts, caller))
      return await statusOf(parts)
    },
    async verify(caller) {
      refuseStrangers(caller)
      return await acrossTenants(() => verifySeals(parts))
    },
    step: (holder) => stepRotation(parts, holder),
  }
}

function refuseStrangers({ user }: Caller): void {
  if (user?.siteAdmin === true) return
  const who = 'an administrator of the installation'
  throw new AppError('FORBIDDEN', { permission: 'data_key:write', resource: 'the server', who })
}

async function statusOf({ store, keyRing }: ServiceParts): Promise<DataKeyStatus> {
  const keyId = keyRing?.keyId ?? ''
  const { dataKeys, retired, underOldKeys } = await store.read((transaction) =>
    transaction.dataKeys.summary(keyId),
  )
  const rotation = await store.read(rotationIn)
  return { keyId, dataKeys, retired, underOldKeys, rotation }
}
