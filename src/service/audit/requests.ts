import type { AppError } from '../../diag/index.ts'
import type { Environment, Organization } from '../../store/index.ts'
import type { Caller } from '../caller.ts'
import type { ServiceParts } from '../parts.ts'
import { serverTrail } from './append.ts'
import type { AuditedRequest, AuditSubject } from './facts.ts'
import { recorderOf } from './recorder.ts'

/** A request that was answered, and by what right. */
export interface AnsweredRequest {
  /** The operation's name in the published document. */
  readonly action: string
  readonly request: AuditedRequest
  readonly caller: Caller
  /** What the caller proved; null for routes that are about the caller alone. */
  readonly organization: Organization | null
  readonly environment: Environment | null
  readonly session?: string | undefined
}

/** A request that was refused before or in its use case. */
export interface RefusedRequest {
  readonly action: string
  readonly request: AuditedRequest
  /** Null when nobody was proved to call. */
  readonly caller: Caller | null
  /** The names in the path, as they were sent. */
  readonly names: { readonly organization: string; readonly project: string; readonly environment: string }
  /** The permission that the route needs. */
  readonly needs: string
  readonly error: AppError | null
}

/** Writes the one entry of each request that its use case did not write itself (S-25). */
export interface AuditedRequests {
  /** Resolves when the entry is durable. @throws AppError AUDIT_UNAVAILABLE */
  answered(answered: AnsweredRequest): Promise<void>
  /** For answers that reveal and change nothing: nothing waits for the entry. @throws AppError AUDIT_UNAVAILABLE */
  answeredLater(answered: AnsweredRequest): void
  /** A refusal reveals nothing, so that nothing waits and nothing fails. */
  refused(refused: RefusedRequest): Promise<void>
  /** Something that no request brought about: a start, a key. */
  happened(event: string, facts: AuditSubject['facts']): Promise<void>
  /** How many entries wait to be written, and how old the oldest of them is. */
  backlog(): { readonly waiting: number; readonly oldestMs: number }
  /** Waits until nothing is left to write. */
  settle(): Promise<void>
}

/** The trail's own names for what upstream's trail names too; all else is named after its operation. */
const events: { readonly [action: string]: string } = {
  ReadEnvironment: 'environment-read',
  HeadEnvironment: 'environment-read',
  ReadEnvironmentAtVersion: 'environment-read',
  ReadOpenEnvironment: 'environment-read-open',
  ReadOpenYaml: 'environment-read-open',
  OpenDraft: 'environment-draft-open',
  ReadRevisionTag: 'environment-revision-tag-read',
}

/** The entries of requests over the service's parts. */
export function createAuditedRequests(parts: ServiceParts): AuditedRequests {
  const recorder = recorderOf(parts.store)
  const subjectOf = (answered: AnsweredRequest): AuditSubject => ({
    event: events[answered.action] ?? kebab(answered.action),
    organizationId: answered.organization?.id ?? serverTrail,
    at: parts.clock(),
    caller: answered.caller,
    environment: answered.environment,
    request: answered.request,
    facts: {
      action: answered.action,
      ...(answered.session === undefined ? {} : { session: answered.session }),
    },
  })
  return {
    answered: (answered) => recorder.record(subjectOf(answered)),
    answeredLater: (answered) => recorder.later(subjectOf(answered)),
    async refused(refused) {
      try {
        recorder.later(await refusalOf(parts, refused))
      } catch {
        // Nothing was revealed and nothing was changed: the refusal itself must reach the caller.
      }
    },
    happened: (event, facts) =>
      recorder.record({
        event,
        organizationId: serverTrail,
        at: parts.clock(),
        caller: null,
        environment: null,
        request: null,
        facts,
      }),
    backlog: () => {
      const { waiting, oldestAt } = recorder.backlog()
      return {
        waiting,
        oldestMs: oldestAt === null ? 0 : Math.max(0, parts.clock().getTime() - oldestAt.getTime()),
      }
    },
    settle: () => recorder.settle(),
  }
}

/** A refusal is told to the organization that was asked for; where there is none, to the server's own trail. */
async function refusalOf(parts: ServiceParts, refused: RefusedRequest): Promise<AuditSubject> {
  const { action, request, caller, names, needs, error } = refused
  const at = parts.clock()
  const found = await parts.store.read(async (transaction) => {
    const organization =
      caller === null || names.organization === ''
        ? null
        : await transaction.organizations.find(names.organization)
    const environment =
      organization && (await transaction.environments.find(organization.id, names.project, names.environment))
    return { organization, environment }
  })
  return {
    event: refusalEvent(error, needs, names.environment !== ''),
    organizationId: found.organization?.id ?? serverTrail,
    at,
    caller,
    environment: found.environment,
    request,
    facts: { action, needs, refusal: error === null ? 'internal' : error.code.toLowerCase() },
  }
}

function refusalEvent(error: AppError | null, needs: string, ofEnvironment: boolean): string {
  if (error?.kind === 'unauthenticated') return 'auth-failure-token'
  if (error?.kind !== 'denied') return 'request-refused'
  if (needs === 'open' || needs === 'decrypt') return 'environment-unauthorized-open'
  return ofEnvironment ? 'auth-failure-environment' : 'auth-failure-organization-role'
}

function kebab(action: string): string {
  return action.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()
}
