import type { ExportedRecord } from '../value/index.ts'

/** Where a finding stands, as sent. */
export interface WireRange {
  readonly environment?: string
  readonly begin: WirePosition
  readonly end: WirePosition
}

/** A position as sent: line and column from 1, byte from 0. */
export interface WirePosition {
  readonly line: number
  readonly column: number
  readonly byte: number
}

/** A finding about a definition. An absent `severity` means error. */
export interface WireDiagnostic {
  readonly range?: WireRange
  readonly summary: string
  readonly detail?: string
  readonly severity?: 'error' | 'warning'
  readonly path?: string
}

/** An expression; the CLI reads where it stands and what it was merged over. */
export interface WireExpr {
  readonly range: WireRange
  readonly base?: WireExpr
  readonly list?: readonly WireExpr[]
  readonly object?: { readonly [key: string]: WireExpr }
  readonly builtin?: { readonly name: string; readonly arg: WireExpr }
}

/** What a check or an open gives. Empty members are absent. */
export interface WireEnvironment {
  readonly exprs?: { readonly [key: string]: WireExpr }
  readonly properties?: ExportedRecord
}

/** A check's answer: what could be evaluated, and the findings. */
export interface CheckedEnvironment extends WireEnvironment {
  readonly diagnostics: readonly WireDiagnostic[]
}

/** The caller, from `GET /api/user`. */
export interface WireUser {
  readonly githubLogin: string
  readonly name?: string
  readonly organizations?: readonly { readonly githubLogin: string }[] | null
  readonly tokenInfo?: WireTokenInfo | null
}

/** What a machine token is called and belongs to. */
export interface WireTokenInfo {
  readonly name: string
  readonly organization?: string
  readonly team?: string
}

/** One entry of an environment list. */
export interface WireEnvironmentSummary {
  readonly organization?: string
  readonly project?: string
  readonly name: string
}

/** A definition as stored, with its concurrency token and revision. `revision` is 0 for drafts. */
export interface Definition {
  readonly source: Uint8Array
  readonly etag: string
  readonly revision: number
}

/** The outcome of a write: the new revision, and what was found (only warnings when it was stored). */
export interface WriteResult {
  readonly diagnostics: readonly WireDiagnostic[]
  readonly stored: boolean
  readonly revision: number
}

/** The outcome of a draft write: `changeRequestId` is `''` when errors kept it from being stored. */
export interface DraftResult {
  readonly diagnostics: readonly WireDiagnostic[]
  readonly changeRequestId: string
}

/** The outcome of opening: a session, or the errors that prevented it. */
export interface OpenResult {
  readonly session: string
  /** The values in it, from servers that answer them at once. */
  readonly environment?: Pick<WireEnvironment, 'properties'>
  readonly diagnostics: readonly WireDiagnostic[]
}

/** A revision of an environment, newest members optional as sent. */
export interface WireRevision {
  readonly number: number
  readonly created?: string
  readonly creatorLogin?: string
  readonly creatorName?: string
  readonly tags?: readonly string[]
  readonly retracted?: WireRetraction
}

/** Why and by whom a revision was withdrawn. */
export interface WireRetraction {
  readonly replacement: number
  readonly at?: string
  readonly byLogin?: string
  readonly byName?: string
  readonly reason?: string
}

/** A movable name for a revision. */
export interface WireRevisionTag {
  readonly name: string
  readonly revision: number
  readonly created?: string
  readonly modified?: string
  readonly editorLogin?: string
  readonly editorName?: string
}

/** A name and value attached to an environment. */
export interface WireEnvironmentTag {
  readonly name: string
  readonly value: string
  readonly created?: string
  readonly modified?: string
  readonly editorLogin?: string
  readonly editorName?: string
}

/** The settings of an environment. */
export interface WireSettings {
  readonly deletionProtected?: boolean
}

/** One entry that uses an environment; exactly one member is there. */
export interface WireReferrer {
  readonly environment?: { readonly project: string; readonly name: string; readonly revision: number }
  readonly stack?: { readonly project: string; readonly stack: string; readonly version: number }
  readonly insightsAccount?: { readonly accountName: string }
}

/** A page of referrers, by the revision or tag that is referred to. */
export interface WireReferrers {
  readonly referrers: { readonly [version: string]: readonly WireReferrer[] }
  readonly continuationToken?: string
}

/** A planned rotation. Times are RFC 3339 or `YYYY-MM-DD HH:MM:SS.mmm`; `''` = never. */
export interface WireSchedule {
  readonly id: string
  readonly kind: string
  readonly paused?: boolean
  readonly lastExecuted?: string | null
  readonly nextExecution?: string | null
  readonly scheduleCron?: string | null
  readonly scheduleOnce?: string | null
}

/** What a schedule did. */
export interface WireScheduleEvent {
  readonly id: string
  readonly executed: string
  readonly version: number
  readonly result: string
}

/** A webhook of an environment; its secret is never sent. */
export interface WireWebhook {
  readonly name: string
  readonly displayName: string
  readonly payloadUrl: string
  readonly active: boolean
  readonly format?: string
  readonly filters?: readonly string[] | null
  readonly groups?: readonly string[] | null
  readonly hasSecret?: boolean
  readonly organizationName?: string
  readonly projectName?: string
  readonly envName?: string
}

/** A webhook as written: `secret` `''` keeps the old one, `__remove-secret` clears it. */
export interface WebhookInput extends Omit<WireWebhook, 'hasSecret'> {
  readonly secret: string
}

/** One delivery of a webhook: `timestamp` in epoch seconds, `duration` in milliseconds. */
export interface WireDelivery {
  readonly id: string
  readonly kind: string
  readonly timestamp: number
  readonly duration: number
  readonly responseCode: number
}

/** What a rotation did. */
export interface WireRotation {
  readonly secretRotationEvent: {
    readonly postRotationRevision?: number
    readonly status: string
    readonly errorMessage?: string
    readonly rotations?: readonly {
      readonly environmentPath: string
      readonly status: string
      readonly errorMessage?: string
    }[]
  }
}

/** The body of a clone. */
export interface CloneInput {
  readonly project: string
  readonly name: string
  readonly preserveHistory: boolean
  readonly preserveAccess: boolean
  readonly preserveEnvironmentTags: boolean
  readonly preserveRevisionTags: boolean
}

/** An issuer as it describes itself (OpenID Connect Discovery 1.0). */
export interface WireIssuer {
  readonly issuer: string
  readonly jwks_uri: string
}

/** The fields of a token exchange (RFC 8693), already as text. */
export interface TokenExchange {
  readonly audience: string
  readonly subjectToken: string
  readonly requestedTokenType: string
  readonly scope: string
  readonly expirationSeconds: number
}

/** A token from an exchange; `expiresInSeconds` is 0 when not told. */
export interface ExchangedToken {
  readonly accessToken: string
  readonly expiresInSeconds: number
}
