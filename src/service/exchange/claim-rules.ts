/** Claims of a foreign token whose signature held. */
export type ForeignClaims = { readonly [name: string]: unknown }

/** What a policy allows or denies, for which kind of token. */
export interface ExchangePolicy {
  readonly decision: 'allow' | 'deny'
  readonly tokenType: 'organization' | 'team' | 'personal' | 'runner'
  readonly teamName?: string | undefined
  readonly userLogin?: string | undefined
  readonly runnerID?: string | undefined
  /** Only `admin`, only for organization tokens. */
  readonly authorizedPermissions: readonly string[]
  /** Claim path to pattern; all of them must match. */
  readonly rules: { readonly [path: string]: string }
}

/** Which token somebody asks for. */
export interface WantedToken {
  readonly type: ExchangePolicy['tokenType']
  readonly team: string | null
  readonly login: string | null
  readonly runner: string | null
  readonly admin: boolean
}

/** The answer of the policies, with the first rule that failed for whoever administers them. */
export interface ExchangeDecision {
  readonly allowed: boolean
  readonly why: string
}

/**
 * Decides by the policies of an issuer whether its token may be exchanged: a matching deny beats every allow, nothing matching
 * denies (oidc §3.2). `why` names rules and patterns, never claim values.
 */
export function decideExchange(
  policies: readonly ExchangePolicy[],
  wanted: WantedToken,
  claims: ForeignClaims,
): ExchangeDecision {
  const applicable = policies.filter((policy) => concerns(policy, wanted))
  const failures: string[] = []
  let allowed = false
  for (const [index, policy] of applicable.entries()) {
    const failed = Object.entries(policy.rules).find(
      ([path, pattern]) => !claimMatches(claims, path, pattern),
    )
    if (failed !== undefined) {
      failures.push(`policy ${index + 1}: claim \`${failed[0]}\` is not \`${failed[1]}\``)
      continue
    }
    if (policy.decision === 'deny') return { allowed: false, why: `policy ${index + 1} denies` }
    if (wanted.admin && !policy.authorizedPermissions.includes('admin')) {
      failures.push(`policy ${index + 1}: does not give \`admin\``)
      continue
    }
    allowed = true
  }
  if (allowed) return { allowed, why: 'a policy allows' }
  const none = `no policy is about ${wanted.type} tokens${(wanted.team ?? wanted.login ?? wanted.runner) ? ' for this name' : ''}`
  return { allowed, why: applicable.length === 0 ? none : failures.join('; ') }
}

function concerns(policy: ExchangePolicy, { type, team, login, runner }: WantedToken): boolean {
  if (policy.tokenType !== type) return false
  if (type === 'runner') return runner !== null && policy.runnerID === runner
  if (type === 'team') return team !== null && matchesPattern(policy.teamName ?? '', team)
  return type !== 'personal' || policy.userLogin === login
}

/** Whether a claim matches. An absent one never does; of a list any element may. */
export function claimMatches(claims: ForeignClaims, path: string, pattern: string): boolean {
  const value = claimAt(claims, path)
  if (value === undefined || value === null) return false
  const candidates: readonly unknown[] = Array.isArray(value) ? value : [value]
  return candidates.some((candidate) => {
    if (typeof candidate === 'object') return false
    return matchesPattern(pattern, typeof candidate === 'string' ? candidate : JSON.stringify(candidate))
  })
}

/** The claim at a dotted path; names that hold dots are quoted: `"kubernetes.io".namespace`. */
function claimAt(claims: ForeignClaims, path: string): unknown {
  let value: unknown = claims
  for (const name of claimPath(path) ?? []) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as ForeignClaims)[name]
  }
  return value
}

/** The names of a claim path; null when it is none. */
export function claimPath(path: string): readonly string[] | null {
  const parts = [...path.matchAll(/(?:^|\.)(?:"([^"]+)"|([^."]+))/gy)]
  const length = parts.reduce((sum, [whole]) => sum + whole.length, 0)
  if (parts.length === 0 || length !== path.length || path.startsWith('.')) return null
  return parts.map(([, quoted, plain]) => quoted ?? plain ?? '')
}

/**
 * Whether a whole text matches a pattern: `*` any run, `?` zero or one character, `.` exactly one, all else itself. The time is
 * bounded by the product of the lengths.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const symbols = [...pattern]
  const characters = [...text]
  // reached[j]: the pattern so far can end after j characters.
  let reached = [true, ...characters.map(() => false)]
  for (const symbol of symbols) {
    const next = reached.map(() => false)
    for (const [index, here] of reached.entries()) {
      const before = index > 0 && (reached[index - 1] ?? false)
      if (symbol === '*') next[index] = here || (index > 0 && (next[index - 1] ?? false))
      else if (symbol === '?') next[index] = here || before
      else next[index] = before && (symbol === '.' || symbol === characters[index - 1])
    }
    reached = next
  }
  return reached.at(-1) ?? false
}
