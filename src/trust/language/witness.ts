import { parseInstant } from '../condition/instant.ts'
import { decideWithoutAdvice } from '../decide.ts'
import { issuerName } from '../issuers.ts'
import type { ConditionEntry } from '../policy/document.ts'
import { probeInput, probeTimeSeconds } from '../probe.ts'
import type { AssumeRequest, Claims, IdentityProvider, TrustInput } from '../request.ts'
import type { Way } from './admission.ts'
import { choose, unrestricted } from './restriction.ts'

/** A concrete call that the policy admits, tried with `decide`. */
export interface Witness {
  readonly claims: Claims
  readonly request: Partial<AssumeRequest>
  /** The tags that the role must have for it; absent when they do not matter. */
  readonly roleTags?: { readonly [key: string]: string }
}

/** What a witness is tried with. */
export interface Trial {
  readonly policy: unknown
  readonly provider: IdentityProvider
  readonly partition: string
  /** Must not admit the witness. */
  readonly notBy?: unknown
}

const maxTrials = 64

/** The call of a witness, as `decide` takes it. */
export function callOf({ claims, request, roleTags }: Witness, trial: Omit<Trial, 'notBy'>): TrustInput {
  const { policy, provider, partition } = trial
  // A provider of which nothing is known but its name registers whatever the token is for.
  const registered =
    provider.clientIds.length === 0 ? [String(claims['azp'] ?? claims['aud'])] : provider.clientIds
  const options = { partition, request, ...(roleTags !== undefined && { roleTags }) }
  return probeInput(policy, { ...provider, clientIds: registered }, claims, options)
}

/** A token and call that walk this way in, or `null` when none was found (estimates may promise too much). */
export function walk(way: Way, trial: Trial): Witness | null {
  const { provider, partition } = trial
  const chosen = new Map<string, readonly string[]>()
  const untold: ConditionEntry[] = []
  const issuer = issuerName(provider.url).toLowerCase()
  const roleArn = `arn:${partition}:iam::${provider.account}:role/probe`
  // Keys that tokens always have are chosen even when nothing restricts them.
  for (const key of new Set([`${issuer}:sub`, ...way.restrictions.keys()])) {
    const restriction = way.restrictions.get(key)
    const choice = choose(way.domains.get(key), restriction ?? unrestricted)
    if (choice === undefined) return null
    if (choice !== null) chosen.set(key, choice)
    untold.push(...(restriction?.untold ?? []))
  }
  for (const values of trials(untold)) {
    const witness = witnessOf(new Map([...chosen, ...values]), way, issuer, roleArn)
    if (isAdmitted(witness, trial)) return witness
  }
  return null
}

function isAdmitted(witness: Witness, { notBy, ...trial }: Trial): boolean {
  const admits = (policy: unknown): boolean =>
    decideWithoutAdvice(callOf(witness, { ...trial, policy })).effect === 'allow'
  return admits(trial.policy) && (notBy === undefined || !admits(notBy))
}

// Numbers, times and addresses: values around those that the policy names are worth a trial.
function trials(untold: readonly ConditionEntry[]): Map<string, readonly string[]>[] {
  let maps: Map<string, readonly string[]>[] = [new Map()]
  for (const entry of untold) {
    const key = entry.key.toLowerCase()
    const candidates = entry.values.flatMap(({ text }) => around(text))
    const next = maps.flatMap((map) => [map, ...candidates.map((value) => new Map(map).set(key, [value]))])
    maps = next.slice(0, maxTrials)
  }
  return maps
}

function around(text: string): string[] {
  const instant = parseInstant(text)
  const near = instant === null ? [] : [instant / 1000 - 3600, instant / 1000 + 3600].map(String)
  const number = Number(text)
  const numbers = Number.isFinite(number) && text !== '' ? [String(number - 1), String(number + 1)] : []
  return [text.replace(/\/.*$/, ''), ...near, ...numbers, 'false', '192.0.2.1', '2001:db8::1']
}

function witnessOf(
  chosen: ReadonlyMap<string, readonly string[]>,
  way: Way,
  issuer: string,
  roleArn: string,
): Witness {
  const audience = way.domains.audience ?? chosen.get(`${issuer}:aud`)?.[0] ?? someAudience
  const claims: Record<string, unknown> = { aud: audience }
  const request: Record<string, unknown> = {}
  const tags: Record<string, string> = {}
  const roleTags: Record<string, string> = {}
  for (const [key, values] of chosen) {
    const value = values[0]!
    const tag = /^(aws:requesttag|aws:resourcetag|iam:resourcetag)\/(.+)$/s.exec(key)
    if (key === `${issuer}:aud`) continue
    if (tag !== null) (tag[1] === 'aws:requesttag' ? tags : roleTags)[tag[2]!] = value
    else if (key === 'aws:tagkeys') for (const name of values) tags[name] ??= 'x'
    else if (key === 'sts:transitivetagkeys') claims[`${special}/tags/transitive_tag_keys`] = values
    else if (key === 'sts:sourceidentity') claims[`${special}/source_identity`] = value
    else if (key === `${issuer}:oaud`)
      Object.assign(claims, { aud: values.length > 1 ? values : value, azp: audience })
    else if (key === `${issuer}:amr`) claims['amr'] = values
    else if (key.startsWith(`${issuer}:`)) claims[key.slice(issuer.length + 1)] = value
    else if (key === 'sts:roleauthorizedbyidp' && value === 'true') claims[rolesClaim] = [roleArn]
    else Object.assign(request, requestField(key, value))
  }
  const now = request['nowSeconds']
  if (typeof now === 'number') Object.assign(claims, { iat: now - 30, exp: now + 570 })
  for (const [name, value] of Object.entries(tags)) claims[`${special}/tags/principal_tags/${name}`] = value
  const witness = { claims, request: request as Partial<AssumeRequest> }
  return Object.keys(roleTags).length === 0 ? witness : { ...witness, roleTags }
}

const special = 'https://aws.amazon.com'
const rolesClaim = `${special}/roles`
// Where the policy says nothing of the audience, one that somebody else registered.
const someAudience = 'another-client'

function requestField(key: string, value: string): Record<string, unknown> {
  switch (key) {
    case 'sts:rolesessionname':
      return { roleSessionName: value }
    case 'aws:sourceip':
      return { sourceIp: value }
    case 'aws:requestedregion':
      return { region: value }
    case 'aws:useragent':
      return { userAgent: value }
    case 'aws:epochtime':
    case 'aws:currenttime': {
      const instant = parseInstant(value)
      return { nowSeconds: instant === null ? probeTimeSeconds : Math.floor(instant / 1000) }
    }
    default:
      return {}
  }
}
