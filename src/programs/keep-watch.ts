import type { KeyRing } from '../crypto/index.ts'
import { forgetReplica, noteReplica, surveyInstallation } from '../service/index.ts'
import { migrations, type Store } from '../store/index.ts'
import { version } from '../world/version.ts'
import type { Status } from './status.ts'

/** What watching over an installation takes. */
export interface WatchParts {
  readonly store: Store
  readonly keyRing: KeyRing
  readonly status: Status
  /** Host and process. */
  readonly holder: string
  readonly url: string
}

/** Says that this server works, and asks the store what all servers share; both again and again, and a last word at the end. */
export function createWatch({ store, keyRing, status, holder, url }: WatchParts): {
  look(): Promise<void>
  end(): Promise<void>
} {
  const parts = { store, keyRing, clock: () => new Date() }
  const replica = { holder, version, schema: migrations.at(-1)?.number ?? 0, url }
  return {
    async look() {
      await noteReplica(parts, replica)
      status.installation = await surveyInstallation(parts)
      status.surveyedMs = Date.now()
    },
    async end() {
      // The store may be away: then the others see that this one is silent.
      await forgetReplica(store, holder).catch(() => {})
    },
  }
}
