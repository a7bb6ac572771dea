/** The vendors whose tokens the first issuer mints; each has a fixed audience. */
export const loginPlatforms = ['aws', 'azure', 'gcp', 'vault', 'doppler', 'infisical', 'snowflake'] as const

/** One of the vendors. */
export type LoginPlatform = (typeof loginPlatforms)[number]

/** Who opens: what kind of token it was, and what the caller's history shows. */
export interface LoginCaller {
  readonly tokenType: 'personal' | 'organization' | 'team'
  /** The user's login; not looked at for machine tokens, whose user is their organization. */
  readonly login: string
  readonly team: string | null
}

/** Everything that a login token of the first issuer is made from. Names are as the evaluator spells them. */
export interface LoginRequest {
  readonly platform: LoginPlatform
  /** The organization's name. */
  readonly organization: string
  /** The environment the caller opened; `<yaml>` for text that no environment holds. */
  readonly opened: string
  /** The environment whose text holds the login block. */
  readonly current: string
  /**
   * What `rootEnvironment.name` means there: the opened environment, but under an anonymous open the environment
   * that was imported directly. Defaults to `opened`.
   */
  readonly root?: string
  readonly caller: LoginCaller
  /** The attributes the subject is built from, in order; null = the default subject. */
  readonly subjectAttributes: readonly string[] | null
  /** What the default subject of an anonymous open names: always `<yaml>`, or the saved environment with the block. */
  readonly anonymousSubject?: 'legacy' | 'declaring'
  /** Only for `snowflake`: the user, and the role when one was asked for. */
  readonly snowflake?: { readonly user: string; readonly role: string | null }
}
