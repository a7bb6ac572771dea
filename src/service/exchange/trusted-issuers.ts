import { AppError } from '../../diag/index.ts'
import type { ReadTransaction, Transaction } from '../../store/index.ts'
import type { OrganizationAccess } from '../access.ts'
import { recorderOf } from '../audit/recorder.ts'
import { note } from '../notes.ts'
import type { ServiceParts } from '../parts.ts'
import { claimPath, type ExchangePolicy } from './claim-rules.ts'
import type { JsonWebKeys } from './key-sets.ts'
import { createKeySets } from './key-sets.ts'

/** A foreign issuer whose tokens an organization accepts, as far as its policies allow. */
export interface TrustedIssuer {
  readonly id: string
  readonly name: string
  /** Compared with `iss` byte for byte. */
  readonly url: string
  /** SHA-256 of certificates that may vouch for its host where no known authority does. */
  readonly thumbprints: readonly string[]
  /** The longest life of a token that is given out, in seconds. */
  readonly maxExpiration: number
  /** Keys of an issuer that cannot be reached; null = they are fetched. */
  readonly jwks: JsonWebKeys | null
  readonly createdMs: number
  readonly modifiedMs: number
  readonly policyId: string
  readonly policies: readonly ExchangePolicy[]
}

/** What one may say of an issuer. */
export interface IssuerRequest {
  readonly name: string
  readonly url: string
  readonly thumbprints?: readonly string[] | undefined
  readonly maxExpiration?: number | undefined
  readonly jwks?: JsonWebKeys | undefined
}

/** What may change of an issuer; what is absent stays. Its URL never does: that would be another issuer. */
export type IssuerChange = {
  readonly [name in Exclude<keyof IssuerRequest, 'url'>]?: IssuerRequest[name] | undefined
}

/** The use cases of trusted issuers. A new one denies everything until a policy allows. */
export interface TrustedIssuers {
  list(access: OrganizationAccess): Promise<readonly TrustedIssuer[]>
  /** @throws AppError NOT_FOUND */
  get(access: OrganizationAccess, id: string): Promise<TrustedIssuer>
  /** @throws AppError REQUEST_INVALID, CONFLICT when its URL is trusted already */
  register(access: OrganizationAccess, request: IssuerRequest): Promise<TrustedIssuer>
  update(access: OrganizationAccess, id: string, change: IssuerChange): Promise<TrustedIssuer>
  remove(access: OrganizationAccess, id: string): Promise<void>
  /** Replaces the policies with that list's id. @throws AppError REQUEST_INVALID for an allow that pins no subject */
  putPolicies(
    access: OrganizationAccess,
    policyId: string,
    policies: readonly ExchangePolicy[],
  ): Promise<TrustedIssuer>
}

const prefix = 'oidcIssuer/'
const defaultMaxExpirationSeconds = 90_000

/** All issuers that an organization trusts, by URL. */
export async function issuersOf(
  transaction: ReadTransaction,
  organizationId: string,
): Promise<readonly TrustedIssuer[]> {
  const settings = await transaction.settings.all(organizationId)
  return [...settings]
    .filter(([name]) => name.startsWith(prefix))
    .map(([, value]) => value as TrustedIssuer)
    .sort((a, b) => (a.url < b.url ? -1 : 1))
}

/** The use cases of trusted issuers over the service's parts. */
export function createTrustedIssuers(parts: ServiceParts): TrustedIssuers {
  const missing = (id: string) => new AppError('NOT_FOUND', { what: 'issuer', id: id.slice(0, 100) })
  const find = async (
    transaction: ReadTransaction,
    { organization }: OrganizationAccess,
    is: (issuer: TrustedIssuer) => boolean,
    id: string,
  ) => {
    const found = (await issuersOf(transaction, organization.id)).find(is)
    if (found === undefined) throw missing(id)
    return found
  }
  const put = async (
    transaction: Transaction,
    access: OrganizationAccess,
    issuer: TrustedIssuer,
    event: string,
  ) => {
    await transaction.settings.put(access.organization.id, `${prefix}${issuer.id}`, issuer)
    await note(transaction, parts, access, { event, environment: null, facts: { issuer: issuer.url } })
    return issuer
  }
  return {
    list: ({ organization }) => parts.store.read((transaction) => issuersOf(transaction, organization.id)),
    get: (access, id) =>
      parts.store.read((transaction) => find(transaction, access, (each) => each.id === id, id)),
    async register(access, request) {
      checkIssuer(request)
      await parts.store.read((transaction) => refuseTaken(transaction, access, request.url))
      if (request.jwks === undefined) await refuseUnfetchable(parts, access, request)
      return await parts.store.change(async (transaction) => {
        await refuseTaken(transaction, access, request.url)
        const nowMs = parts.clock().getTime()
        const issuer: TrustedIssuer = {
          id: parts.ids(),
          name: request.name,
          url: request.url,
          thumbprints: request.thumbprints ?? [],
          maxExpiration: request.maxExpiration ?? defaultMaxExpirationSeconds,
          jwks: request.jwks ?? null,
          createdMs: nowMs,
          modifiedMs: nowMs,
          policyId: parts.ids(),
          policies: [],
        }
        return await put(transaction, access, issuer, 'oidc-issuer-registered')
      })
    },
    update: (access, id, change) =>
      parts.store.change(async (transaction) => {
        const issuer = await find(transaction, access, (each) => each.id === id, id)
        const next: TrustedIssuer = {
          ...issuer,
          name: change.name ?? issuer.name,
          thumbprints: change.thumbprints ?? issuer.thumbprints,
          maxExpiration: change.maxExpiration ?? issuer.maxExpiration,
          jwks: change.jwks ?? issuer.jwks,
          modifiedMs: parts.clock().getTime(),
        }
        checkIssuer({ ...next, jwks: next.jwks ?? undefined })
        return await put(transaction, access, next, 'oidc-issuer-updated')
      }),
    remove: (access, id) =>
      parts.store.change(async (transaction) => {
        const issuer = await find(transaction, access, (each) => each.id === id, id)
        await transaction.settings.delete(access.organization.id, `${prefix}${id}`)
        await note(transaction, parts, access, {
          event: 'oidc-issuer-deleted',
          environment: null,
          facts: { issuer: issuer.url },
        })
      }),
    putPolicies: (access, policyId, policies) =>
      parts.store.change(async (transaction) => {
        const issuer = await find(transaction, access, (each) => each.policyId === policyId, policyId)
        policies.forEach(checkPolicy)
        const next = { ...issuer, policies, modifiedMs: parts.clock().getTime() }
        return await put(transaction, access, next, 'authorization-policy-updated')
      }),
  }
}

async function refuseTaken(
  transaction: ReadTransaction,
  { organization }: OrganizationAccess,
  wanted: string,
): Promise<void> {
  const others = await issuersOf(transaction, organization.id)
  if (others.some(({ url }) => url === wanted)) {
    throw new AppError('CONFLICT', { what: `issuer \`${wanted}\` is trusted already`, hint: '' })
  }
}

/** An issuer without keys of its own must answer as itself before it is trusted (oidc §3.1). */
async function refuseUnfetchable(
  parts: ServiceParts,
  { organization, caller }: OrganizationAccess,
  { url, thumbprints }: IssuerRequest,
): Promise<void> {
  if (parts.fetchDocument === undefined) return
  try {
    await createKeySets(parts).of({ url, thumbprints }, { fresh: true })
  } catch (cause) {
    await recorderOf(parts.store).record({
      event: 'oidc-issuer-validation-failed',
      organizationId: organization.id,
      at: parts.clock(),
      caller,
      environment: null,
      request: caller.request ?? null,
      facts: { issuer: url, refusal: cause instanceof Error ? cause.message : '' },
    })
    const what =
      'invalid issuer url: its discovery document and keys could not be read, or are of another issuer'
    const hint =
      'check that the URL is exactly the `iss` of its tokens; register it with `thumbprints` if its certificate is of an authority of your own, or with `jwks`'
    throw new AppError('REQUEST_INVALID', { what, hint }, { cause })
  }
}

function checkIssuer({ name, url, maxExpiration = 1 }: IssuerRequest): void {
  if (name === '') throw invalid('issuer: wanted a name')
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed?.protocol !== 'https:' || parsed.username !== '' || parsed.search !== '' || parsed.hash !== '') {
    throw invalid('issuer url: wanted an https URL without user, query and fragment')
  }
  if (maxExpiration < 1) throw invalid('maxExpiration: wanted a positive number of seconds')
}

/** An allow that pins no subject would let in every tenant of a shared issuer (S-14). */
function checkPolicy(policy: ExchangePolicy, index: number): void {
  const fail = (what: string) => invalid(`policy ${index + 1}: ${what}`)
  for (const path of Object.keys(policy.rules)) {
    if (claimPath(path) === null) throw fail(`\`${path.slice(0, 60)}\` is no claim path`)
  }
  const { decision, tokenType, teamName, userLogin, runnerID, authorizedPermissions, rules } = policy
  if (decision === 'allow' && /^[*?.]*$/.test(rules['sub'] ?? '')) {
    throw fail('an allow needs a rule for `sub` that says more than wildcards')
  }
  if (tokenType === 'team' && !teamName) throw fail('`teamName` is wanted')
  if (tokenType === 'personal' && !userLogin) throw fail('`userLogin` is wanted')
  if (tokenType === 'runner' && !runnerID) throw fail('`runnerID` is wanted')
  if (authorizedPermissions.some((each) => each !== 'admin')) throw fail('the only permission is `admin`')
  if (authorizedPermissions.length > 0 && tokenType !== 'organization') {
    throw fail('`admin` is for organization tokens only')
  }
}

function invalid(what: string): AppError {
  return new AppError('REQUEST_INVALID', { what: `invalid ${what}`, hint: '' })
}
