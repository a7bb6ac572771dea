import type { SecurityApi } from './security.ts'
import type * as wire from './wire.ts'

/** An environment, fully named. */
export interface EnvironmentName {
  readonly organization: string
  readonly project: string
  readonly name: string
}

/** Which text of an environment: a revision number or tag; absent for the latest. */
export interface AtVersion {
  readonly version?: string
}

/**
 * The service as its clients see it, one method per route that the CLI needs. All methods throw `ApiError` for
 * refusals and `TransportError` when no answer came; diagnostics of a definition are results, not errors.
 */
export interface EscApi
  extends IdentityApi,
    DefinitionApi,
    OpeningApi,
    DraftApi,
    RevisionApi,
    TagApi,
    AdministrationApi,
    SecurityApi {}

/** Who is calling. */
export interface IdentityApi {
  user(): Promise<wire.WireUser>
  /** The caller's default organization, or `''` when the server names none. */
  defaultOrganization(): Promise<string>
  /** The issuer that signs login tokens, as its discovery document says. */
  issuer(): Promise<wire.WireIssuer>
  /** @throws Error with the server's raw body when the exchange is refused */
  exchangeToken(exchange: wire.TokenExchange): Promise<wire.ExchangedToken>
}

/** Environments and their definitions. */
export interface DefinitionApi {
  /** Every environment the caller may see, all pages; of one organization when it is given. */
  listEnvironments(organization?: string): Promise<readonly wire.WireEnvironmentSummary[]>
  createEnvironment(environment: EnvironmentName, confirmSubject?: string): Promise<void>
  deleteEnvironment(environment: EnvironmentName): Promise<void>
  cloneEnvironment(source: EnvironmentName, target: wire.CloneInput): Promise<void>
  /** The stored text; with `decrypt` its sealed secrets are plaintext. */
  readDefinition(
    environment: EnvironmentName,
    options?: AtVersion & { decrypt?: boolean },
  ): Promise<wire.Definition>
  /** Stores a text, unless `etag` is given and no longer current (409). */
  updateDefinition(environment: EnvironmentName, source: Uint8Array, etag?: string): Promise<wire.WriteResult>
  checkDefinition(
    organization: string,
    source: Uint8Array,
    options?: { showSecrets?: boolean },
  ): Promise<wire.CheckedEnvironment>
}

/** Opening: evaluation with providers, and what it gave. */
export interface OpeningApi {
  /**
   * Opens at a version or a draft; `duration` in Go's notation (`2h0m0s`). Servers that can put what it holds into the same
   * answer; from others `readOpened` gets it.
   */
  openEnvironment(
    environment: EnvironmentName,
    options: AtVersion & { draft?: string; duration: string },
  ): Promise<wire.OpenResult>
  readOpened(environment: EnvironmentName, session: string): Promise<wire.WireEnvironment>
  /** Asks for an approval to open; gives the ids of the change requests, the environment's own first. */
  requestOpen(
    environment: EnvironmentName,
    seconds: { grantExpiration: number; accessDuration: number },
  ): Promise<readonly string[]>
  rotate(
    environment: EnvironmentName,
    paths: readonly string[],
  ): Promise<{ diagnostics: readonly wire.WireDiagnostic[]; rotation: wire.WireRotation | null }>
}

/** Proposed changes that somebody approves. */
export interface DraftApi {
  createDraft(environment: EnvironmentName, source: Uint8Array, etag?: string): Promise<wire.DraftResult>
  readDraft(environment: EnvironmentName, changeRequestId: string): Promise<wire.Definition>
  updateDraft(
    environment: EnvironmentName,
    changeRequestId: string,
    source: Uint8Array,
    etag?: string,
  ): Promise<wire.DraftResult>
  submitChangeRequest(organization: string, changeRequestId: string): Promise<void>
}

/** Revisions and the movable names for them. */
export interface RevisionApi {
  /** One page, newest first, below revision `before` (0 = from the newest); empty at the end. */
  listRevisions(
    environment: EnvironmentName,
    page: { before: number; count: number },
  ): Promise<readonly wire.WireRevision[]>
  retractRevision(
    environment: EnvironmentName,
    version: string,
    body: { replacement?: number; reason?: string },
  ): Promise<void>
  /** One page of tags with a name after `after`, in order of name; empty at the end. */
  listRevisionTags(
    environment: EnvironmentName,
    page: { after: string; count: number },
  ): Promise<readonly wire.WireRevisionTag[]>
  revisionTag(environment: EnvironmentName, tag: string): Promise<wire.WireRevisionTag>
  createRevisionTag(environment: EnvironmentName, tag: string, revision?: number): Promise<void>
  updateRevisionTag(environment: EnvironmentName, tag: string, revision?: number): Promise<void>
  deleteRevisionTag(environment: EnvironmentName, tag: string): Promise<void>
}

/** Names and values attached to an environment, and its settings. */
export interface TagApi {
  /** All pages. */
  listTags(environment: EnvironmentName): Promise<readonly wire.WireEnvironmentTag[]>
  tag(environment: EnvironmentName, name: string): Promise<wire.WireEnvironmentTag>
  createTag(environment: EnvironmentName, name: string, value: string): Promise<wire.WireEnvironmentTag>
  /** Renames and revalues; `currentValue` is what the caller last saw. Empty members of `next` keep the old. */
  updateTag(
    environment: EnvironmentName,
    name: string,
    currentValue: string,
    next: { name: string; value: string },
  ): Promise<wire.WireEnvironmentTag>
  deleteTag(environment: EnvironmentName, name: string): Promise<void>
  settings(environment: EnvironmentName): Promise<wire.WireSettings>
  updateSettings(environment: EnvironmentName, settings: wire.WireSettings): Promise<void>
}

/** How often a rotation runs: exactly one of the two. */
export interface ScheduleTiming {
  readonly cron?: string
  readonly once?: string
}

/** Referrers, schedules and webhooks. */
export interface AdministrationApi {
  /** One page of referrers. */
  listReferrers(
    environment: EnvironmentName,
    options: {
      count?: number
      continuationToken?: string
      allRevisions?: boolean
      latestStackVersionOnly?: boolean
    },
  ): Promise<wire.WireReferrers>
  listSchedules(environment: EnvironmentName, count?: number): Promise<readonly wire.WireSchedule[]>
  schedule(environment: EnvironmentName, id: string): Promise<wire.WireSchedule>
  createSchedule(environment: EnvironmentName, timing: ScheduleTiming): Promise<wire.WireSchedule>
  updateSchedule(environment: EnvironmentName, id: string, timing: ScheduleTiming): Promise<wire.WireSchedule>
  deleteSchedule(environment: EnvironmentName, id: string): Promise<void>
  scheduleHistory(
    environment: EnvironmentName,
    id: string,
    count?: number,
  ): Promise<readonly wire.WireScheduleEvent[]>
  listWebhooks(environment: EnvironmentName): Promise<readonly wire.WireWebhook[]>
  webhook(environment: EnvironmentName, name: string): Promise<wire.WireWebhook>
  createWebhook(environment: EnvironmentName, webhook: wire.WebhookInput): Promise<wire.WireWebhook>
  updateWebhook(environment: EnvironmentName, name: string, webhook: wire.WebhookInput): Promise<void>
  deleteWebhook(environment: EnvironmentName, name: string): Promise<void>
  pingWebhook(environment: EnvironmentName, name: string): Promise<wire.WireDelivery>
  listDeliveries(
    environment: EnvironmentName,
    name: string,
    count?: number,
  ): Promise<readonly wire.WireDelivery[]>
}
