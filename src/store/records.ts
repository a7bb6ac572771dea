/**
 * What the store keeps, as plain rows. Times are epoch milliseconds and end in `Ms`; `null` stands for "never".
 * Every `id` is an immutable opaque text made by the caller; names may change, ids never do.
 */

/** Who did something, as they were called at that moment: later renames do not rewrite history. */
export interface Actor {
  readonly id: string
  readonly login: string
  readonly name: string
}

/** A tenant: everything else belongs to one. */
export interface Organization {
  readonly id: string
  /** The login clients use in paths. */
  readonly name: string
  readonly displayName: string
  readonly avatarUrl: string
  readonly createdMs: number
}

/** A person who can log in. */
export interface User {
  readonly id: string
  readonly login: string
  readonly name: string
  readonly email: string
  readonly avatarUrl: string
  /** May administer the whole installation. */
  readonly siteAdmin: boolean
  /** The password's hash in its own text format; `null` when the user cannot log in by password. */
  readonly passwordHash: string | null
  readonly createdMs: number
  readonly disabledMs: number | null
}

/** A person's place in an organization. */
export interface Membership {
  readonly organizationId: string
  readonly userId: string
  /** `admin`, `member`, or the name of a custom role. */
  readonly role: string
  readonly createdMs: number
}

/** What a token acts as: a person, an organization, a team of it, or a console login of a person. */
export type TokenType = 'personal' | 'organization' | 'team' | 'session'

/** What is kept of an access token; never its secret. */
export interface AccessToken {
  /** The public part of the token's text; how it is found. */
  readonly id: string
  readonly type: TokenType
  readonly name: string
  readonly description: string
  /** SHA-256 of the secret part under the server's pepper; 32 bytes (security requirement S-10). */
  readonly secretHash: Uint8Array
  /** Whose token it is; for organization and team tokens the maker. `null` when no person stands behind it. */
  readonly userId: string | null
  /** The organization a machine token acts for; `null` for personal and session tokens. */
  readonly organizationId: string | null
  readonly team: string | null
  readonly admin: boolean
  /** Rights the token is narrowed to, e.g. `env:open`; `null` = all of its owner's (S-12). */
  readonly scopes: readonly string[] | null
  /** Environment ids the token is narrowed to; `null` = all. */
  readonly environmentIds: readonly string[] | null
  readonly createdMs: number
  readonly expiresMs: number | null
  readonly lastUsedMs: number | null
  readonly revokedMs: number | null
}

/** Projects are implicit on the wire; here they give a name one spelling and an id. */
export interface Project {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  readonly createdMs: number
}

/** An environment with the names above it. */
export interface Environment {
  readonly id: string
  readonly organizationId: string
  readonly projectId: string
  /** The organization's, project's and own name, as spelled when made. */
  readonly organization: string
  readonly project: string
  readonly name: string
  /** The number of the newest revision. */
  readonly latest: number
  readonly ownedBy: Actor
  readonly deletionProtected: boolean
  readonly createdMs: number
  readonly modifiedMs: number
  readonly deletedMs: number | null
}

/** An environment as it is inserted: names above it come from the project. */
export type NewEnvironment = Omit<Environment, 'organizationId' | 'organization' | 'project' | 'deletedMs'>

/** Why a revision may not be used any more, and what to use instead. */
export interface Retraction {
  /** The revision to use instead. */
  readonly replacement: number
  readonly reason: string
  readonly by: Actor
  readonly atMs: number
}

/** One immutable save of a definition, numbered from 1 without gaps. */
export interface Revision {
  readonly environmentId: string
  readonly number: number
  /** The text as stored: secrets in it are sealed. */
  readonly source: Uint8Array
  /** A hash of `source` for the ETag, so that HEAD need not read the text. */
  readonly contentHash: string
  /**
   * What ties each sealed value to this revision, as JSON: path to base64 (S-02). `null` for a text that was stored before
   * values were tied.
   */
  readonly bonds: string | null
  readonly creator: Actor
  readonly createdMs: number
  readonly retraction: Retraction | null
  readonly sourceChangeRequest: { readonly id: string; readonly description: string } | null
}

/** A revision without its text, for history lists. */
export type RevisionSummary = Omit<Revision, 'source' | 'bonds'>

/** A named pointer to a revision. `latest` is not one of these: it is `Environment.latest`. */
export interface RevisionTag {
  readonly environmentId: string
  readonly name: string
  readonly revision: number
  readonly editor: Actor
  readonly createdMs: number
  readonly modifiedMs: number
}

/** A key and value for search and rules. */
export interface EnvironmentTag {
  readonly environmentId: string
  readonly name: string
  readonly value: string
  readonly editor: Actor
  readonly createdMs: number
  readonly modifiedMs: number
}

/** The stored result of one open. Readable only by who opened it, until it expires. */
export interface OpenSession {
  readonly id: string
  readonly organizationId: string
  /** `null` for anonymous text. */
  readonly environmentId: string | null
  readonly revision: number | null
  /** The owner of the token that opened it: a user id, or the token's id when no user stands behind it. */
  readonly ownerId: string
  /** The result, sealed under the data key `dataKeyId`. */
  readonly sealed: Uint8Array
  readonly dataKeyId: string
  readonly createdMs: number
  readonly expiresMs: number
}

/** A wrapped data key. The key in clear never reaches the store (S-01). */
export interface DataKey {
  readonly id: string
  /** What the key belongs to: an environment's or organization's id, or `server`. */
  readonly ownerId: string
  readonly wrapped: Uint8Array
  /** Which key-encryption key wrapped it. */
  readonly keyId: string
  readonly createdMs: number
  /** No new seals after this moment; old ones still open. */
  readonly retiredMs: number | null
}

/** `pending` is published and does not sign yet, `active` signs, `retired` is published for verifiers only. */
export type SigningKeyState = 'pending' | 'active' | 'retired'

/** A key of an issuer. */
export interface SigningKey {
  /** The RFC 7638 thumbprint of the public key. */
  readonly kid: string
  /** Which issuer signs with it: `v1` or `v2`. */
  readonly issuer: string
  readonly state: SigningKeyState
  /** The public JWK as JSON text; never a private member. */
  readonly publicJwk: string
  /** The private key, sealed under the data key `dataKeyId`. */
  readonly sealedPrivateKey: Uint8Array
  readonly dataKeyId: string
  readonly publishedMs: number
  readonly activatedMs: number | null
  readonly retiredMs: number | null
}

/** The mark a name or an id leaves when what bore it is gone, so that neither is ever given to another. */
export interface Tombstone {
  /** `organization`, `environment`, or `subject` (a token subject that was minted, S-36). */
  readonly kind: string
  /** What the name was unique within: an organization's id, or empty. */
  readonly parentId: string
  readonly name: string
  /** The id that bore the name. */
  readonly bearerId: string
  readonly atMs: number
}
