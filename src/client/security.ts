import { json, listIn } from './decode.ts'
import { type Connection, send } from './send.ts'

/** One entry of the audit trail as lists show it. */
export interface WireAuditEvent {
  /** Epoch seconds. */
  readonly timestamp: number
  readonly sourceIP: string
  readonly event: string
  readonly description: string
  readonly user: { readonly name: string; readonly githubLogin: string }
  readonly tokenName: string
  readonly authFailure: boolean
}

/** An access token without its secret. Times are RFC 3339; empty = never. */
export interface WireAccessToken {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly created: string
  readonly expires: string
  readonly lastUsed: string
  readonly admin: boolean
  readonly revoked: boolean
  readonly team?: string
}

/** A signing key of an issuer: its state and times. */
export interface WireSigningKey {
  readonly issuer: string
  readonly kid: string
  readonly state: string
  readonly published: string
  readonly activated: string
  readonly retired: string
}

/** The keys that seal secrets, counted, and how far sealing anew is. */
export interface WireDataKeys {
  readonly keyId: string
  readonly dataKeys: number
  readonly retired: number
  readonly underOldKeys: number
  readonly rotation?: {
    readonly started: string
    /** Empty while it runs. */
    readonly finished: string
    readonly environments: number
    readonly done: number
    readonly values: number
    readonly failed: readonly string[]
    /** Data keys of before that nothing needed any more; absent from servers of before. */
    readonly destroyed?: number
  }
}

/** What opening everything that is sealed found. */
export interface WireVerifiedSeals {
  readonly good: number
  readonly bad: readonly string[]
  readonly underRetiredKeys: number
  readonly underOldKeys: number
}

/** Whose tokens: `null` = the caller's own, a text = an organization's. */
export type TokenOwner = string | null

/** How many entries a page of an export has while more follow. Asking leaves an entry too: a page is never the empty last one. */
export const auditPageSize = 1_000

/** The audit trail, access tokens and signing keys. */
export interface SecurityApi {
  listAuditEvents(
    organization: string,
    query: { startTime?: number; userFilter?: string; continuationToken?: string; dangerous?: boolean },
  ): Promise<{ readonly events: readonly WireAuditEvent[]; readonly continuationToken: string }>
  /** A page of the trail after a number, in the given format; shorter than `auditPageSize` at the end. `null` = the server's own trail. */
  exportAudit(organization: string | null, after: number, format?: string): Promise<string>
  /** Where the trail ends now, signed: JSON text. */
  auditCheckpoint(organization: string): Promise<string>
  listTokens(owner: TokenOwner): Promise<readonly WireAccessToken[]>
  createToken(
    owner: TokenOwner,
    token: { name: string; description?: string; expires?: number; admin?: boolean; team?: string },
  ): Promise<{ readonly id: string; readonly tokenValue: string }>
  revokeToken(owner: TokenOwner, id: string): Promise<void>
  dataKeys(): Promise<WireDataKeys>
  rotateDataKeys(): Promise<WireDataKeys>
  verifySeals(): Promise<WireVerifiedSeals>
  listSigningKeys(): Promise<readonly WireSigningKey[]>
  rotateSigningKey(issuer: string): Promise<readonly WireSigningKey[]>
  revokeSigningKey(issuer: string, kid: string): Promise<readonly WireSigningKey[]>
}

/** The routes of the audit trail, access tokens and signing keys. */
export function securityApi(connection: Connection): SecurityApi {
  const organizationPath = (organization: string, rest: string) =>
    `/api/orgs/${encodeURIComponent(organization)}/${rest}`
  const tokensPath = (owner: TokenOwner) =>
    owner === null ? '/api/user/tokens' : organizationPath(owner, 'tokens')
  const textOf = (body: Uint8Array) => new TextDecoder().decode(body)
  const keys = '/api/server/oidc/keys'
  const keyList = async (call: Parameters<typeof send>[1]) => {
    const response = await send(connection, call)
    return listIn<WireSigningKey>(response, json<{ keys?: unknown }>(response).keys)
  }
  return {
    async listAuditEvents(organization, query) {
      const path = organizationPath(organization, 'auditlogs')
      const page = json<{ auditLogEvents?: WireAuditEvent[]; continuationToken?: string }>(
        await send(connection, { method: 'GET', path, query }),
      )
      return { events: page.auditLogEvents ?? [], continuationToken: page.continuationToken ?? '' }
    },
    async exportAudit(organization, after, format) {
      const path =
        organization === null
          ? '/api/server/auditlogs/export'
          : organizationPath(organization, 'auditlogs/export')
      const query = { after, ...(format === undefined ? {} : { format }) }
      return textOf((await send(connection, { method: 'GET', path, query })).body)
    },
    async auditCheckpoint(organization) {
      const path = organizationPath(organization, 'auditlogs/checkpoint')
      return textOf((await send(connection, { method: 'GET', path })).body)
    },
    async listTokens(owner) {
      const answer = await send(connection, { method: 'GET', path: tokensPath(owner) })
      return listIn<WireAccessToken>(answer, json<{ tokens?: unknown }>(answer).tokens)
    },
    async createToken(owner, token) {
      return json(await send(connection, { method: 'POST', path: tokensPath(owner), json: token }))
    },
    async revokeToken(owner, id) {
      await send(connection, { method: 'DELETE', path: `${tokensPath(owner)}/${encodeURIComponent(id)}` })
    },
    dataKeys: async () => json(await send(connection, { method: 'GET', path: '/api/server/keys' })),
    rotateDataKeys: async () =>
      json(await send(connection, { method: 'POST', path: '/api/server/keys/rotate' })),
    verifySeals: async () =>
      json(await send(connection, { method: 'POST', path: '/api/server/keys/verify' })),
    listSigningKeys: () => keyList({ method: 'GET', path: keys }),
    rotateSigningKey: (issuer) => keyList({ method: 'POST', path: `${keys}/${issuer}/rotate` }),
    revokeSigningKey: (issuer, kid) =>
      keyList({ method: 'DELETE', path: `${keys}/${issuer}/${encodeURIComponent(kid)}` }),
  }
}
