import type { EnvironmentAccess } from './access.ts'
import { type BootstrapResult, bootstrap } from './bootstrap.ts'
import { type Callers, createCallers } from './caller.ts'
import { type Checks, createChecks } from './checks.ts'
import { type CloneRequest, cloneEnvironment } from './clone.ts'
import { createEnvironmentTags, type EnvironmentTags } from './environment-tags.ts'
import { createEnvironments, type Environments } from './environments.ts'
import type { ServiceParts } from './parts.ts'
import { createPeople, type Founding, type People } from './people.ts'
import { createProviders, type Providers } from './providers.ts'
import { createRevisionTags, type RevisionTags } from './revision-tags.ts'
import { createRevisions, type Revisions } from './revisions.ts'
import { createSessions, type Sessions } from './sessions.ts'

/**
 * The use cases of the product, by noun. What they need of the caller's rights is proved by the access that
 * `environments.authorize` and `environments.authorizeOrganization` give: there is no other way to make one.
 */
export interface Service {
  readonly callers: Callers
  readonly people: People
  readonly environments: Environments
  readonly revisions: Revisions
  readonly revisionTags: RevisionTags
  readonly environmentTags: EnvironmentTags
  readonly checks: Checks
  readonly sessions: Sessions
  readonly providers: Providers
  clone(access: EnvironmentAccess, request: CloneRequest): Promise<void>
  /** Whether the store answers. */
  ready(): Promise<boolean>
  /** @see bootstrap */
  bootstrap(founding: Founding): Promise<BootstrapResult>
}

/** The service over its parts. It has no clock, disk, network or randomness of its own. */
export function createService(parts: ServiceParts): Service {
  return {
    callers: createCallers(parts),
    people: createPeople(parts),
    environments: createEnvironments(parts),
    revisions: createRevisions(parts),
    revisionTags: createRevisionTags(parts),
    environmentTags: createEnvironmentTags(parts),
    checks: createChecks(parts),
    sessions: createSessions(parts),
    providers: createProviders(parts),
    clone: (access, request) => cloneEnvironment(parts, access, request),
    async ready() {
      try {
        await parts.store.read((transaction) => transaction.settings.get('server', 'bootstrap'))
        return true
      } catch {
        return false
      }
    },
    bootstrap: (founding) => bootstrap(parts, founding),
  }
}
