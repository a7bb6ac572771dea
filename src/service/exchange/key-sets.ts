import type { ServiceParts } from '../parts.ts'

/** A JSON Web Key Set as an issuer publishes it. */
export interface JsonWebKeys {
  readonly keys: readonly { readonly [member: string]: unknown }[]
}

/** Where verifying keys come from. */
export interface KeySets {
  /**
   * The keys of an issuer. `fresh` asks for them again, because a token's key was not there or does not fit: at most once a minute
   * for each issuer. A set that cannot be fetched again is used for a day, then no longer.
   *
   * @throws Error when there is no set
   */
  of(issuer: KeySource, options: { readonly fresh: boolean }): Promise<JsonWebKeys>
}

/** An issuer as far as its keys are fetched; the certificates that may vouch for it are somebody's own decision. */
export interface KeySource {
  readonly url: string
  /** SHA-256 of certificates, lower-case hex. */
  readonly thumbprints?: readonly string[] | undefined
}

interface CachedSet {
  readonly keys: JsonWebKeys
  readonly fetchedMs: number
}

const keepMilliseconds = 300_000
const refetchMilliseconds = 60_000
const staleMilliseconds = 86_400_000
const mostKeys = 100
const longestDocument = 1_048_576

/** Key sets fetched through the door that leaves the server, and kept for a while. */
export function createKeySets(parts: Pick<ServiceParts, 'fetchDocument' | 'clock'>): KeySets {
  const cached = new Map<string, CachedSet>()
  const running = new Map<string, Promise<JsonWebKeys>>()
  const triedMs = new Map<string, number>()
  const fetchOnce = (source: KeySource): Promise<JsonWebKeys> => {
    const issuerUrl = placeOf(source)
    const already = running.get(issuerUrl)
    if (already !== undefined) return already
    const nowMs = parts.clock().getTime()
    triedMs.set(issuerUrl, nowMs)
    const work = fetchKeys(parts, source)
      .then((keys) => {
        cached.set(issuerUrl, { keys, fetchedMs: nowMs })
        return keys
      })
      .finally(() => running.delete(issuerUrl))
    running.set(issuerUrl, work)
    return work
  }
  return {
    async of(source, { fresh }) {
      const issuerUrl = placeOf(source)
      const nowMs = parts.clock().getTime()
      const kept = cached.get(issuerUrl)
      const age = kept === undefined ? Number.POSITIVE_INFINITY : nowMs - kept.fetchedMs
      const mayTry = nowMs - (triedMs.get(issuerUrl) ?? Number.NEGATIVE_INFINITY) >= refetchMilliseconds
      if (kept !== undefined && ((age < keepMilliseconds && !fresh) || !mayTry)) return kept.keys
      const already = running.get(issuerUrl)
      if (already !== undefined) return await already
      // An issuer that does not answer is not asked again by every token that names it.
      if (!mayTry) throw new Error('the issuer did not answer a moment ago')
      try {
        return await fetchOnce(source)
      } catch (error) {
        if (kept !== undefined && age < staleMilliseconds) return kept.keys
        throw error
      }
    },
  }
}

/** What one organization believes by its thumbprints, another one does not. */
function placeOf({ url, thumbprints = [] }: KeySource): string {
  return [url, ...[...thumbprints].sort()].join('\n')
}

/** The key set that the issuer's discovery document names, from the issuer's own host only. */
async function fetchKeys(
  { fetchDocument }: Pick<ServiceParts, 'fetchDocument'>,
  { url: issuerUrl, thumbprints = [] }: KeySource,
): Promise<JsonWebKeys> {
  if (fetchDocument === undefined)
    throw new Error('this server fetches no keys; register the issuer with `jwks`')
  const fetched = async (url: string): Promise<unknown> => {
    const text = await fetchDocument(url, thumbprints)
    if (text.length > longestDocument) throw new Error('the document is too long')
    return JSON.parse(text)
  }
  const discovery = (await fetched(`${issuerUrl.replace(/\/$/, '')}/.well-known/openid-configuration`)) as {
    readonly issuer?: unknown
    readonly jwks_uri?: unknown
  }
  if (discovery.issuer !== issuerUrl) throw new Error('the discovery document is of another issuer')
  const address = String(discovery.jwks_uri)
  if (URL.parse(address)?.origin !== new URL(issuerUrl).origin) {
    throw new Error('the keys are not on the issuer’s own host')
  }
  const set = (await fetched(address)) as { readonly keys?: unknown }
  if (!Array.isArray(set.keys) || set.keys.length > mostKeys)
    throw new Error('the key set has no usable list of keys')
  return { keys: set.keys }
}
