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
}

const maxTrials = 64

/** A token and call that walk this way in, or `null` when none was found (estimates may promise too much). */
export function walk(
  way: Way,
  policy: unknown,
  provider: IdentityProvider,
  partition: string,
): Witness | null {
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
  for (const trial of trials(untold)) {
    const witness = witnessOf(new Map([...chosen, ...trial]), way, issuer, roleArn)
    const input: TrustInput = probeInput(policy, provider, witness.claims, {
      partition,
      request: witness.request,
    })
    if (decideWithoutAdvice(input).effect === 'allow') return witness
  }
  return null
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
  const claims: Record<string, unknown> = { aud: way.domains.audience }
  const request: Record<string, unknown> = {}
  for (const [key, values] of chosen) {
    const value = values[0]!
    if (key === `${issuer}:aud`) continue
    if (key === `${issuer}:oaud`) Object.assign(claims, { aud: value, azp: way.domains.audience })
    else if (key === `${issuer}:amr`) claims['amr'] = values
    else if (key.startsWith(`${issuer}:`)) claims[key.slice(issuer.length + 1)] = value
    else if (key === 'sts:roleauthorizedbyidp' && value === 'true') claims[rolesClaim] = [roleArn]
    else Object.assign(request, requestField(key, value))
  }
  const now = request['nowSeconds']
  if (typeof now === 'number') Object.assign(claims, { iat: now - 30, exp: now + 570 })
  return { claims, request: request as Partial<AssumeRequest> }
}

const rolesClaim = 'https://aws.amazon.com/roles'

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
