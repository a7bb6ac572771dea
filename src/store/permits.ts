/** What a server asks of one limit that all servers of a database share. */
export interface PermitAsk {
  /** Names the limit and whom it counts; the same on every server. */
  readonly key: string
  /** How many permits are wanted; fewer than none gives unused ones of a bucket back. */
  readonly wanted: number
  readonly limit: SharedLimit
}

/** A bucket that fills again, or a number in any stretch of time. */
export type SharedLimit =
  | { readonly perSecond: number; readonly burst: number }
  | { readonly most: number; readonly milliseconds: number }

/** What was given of what was asked. */
export interface PermitGrant {
  readonly granted: number
  /** How long until the next permit may be had; 0 when there is one. */
  readonly waitMs: number
}

/** The book in which the servers of one database write who was let through how often (S-55). */
export interface PermitBook {
  /** Takes from several limits, each named once, in one round trip. Fails when the database does not answer soon. */
  take(asks: readonly PermitAsk[]): Promise<readonly PermitGrant[]>
  /** Forgets the limits of which everything is free again. */
  tidy(): Promise<void>
  close(): Promise<void>
}
