import { hashAuditEntry } from '../../crypto/index.ts'
import type { AccessToken, Organization, Transaction } from '../../store/index.ts'
import { recorderOf } from '../audit/recorder.ts'
import { note } from '../notes.ts'
import type { ServiceParts } from '../parts.ts'
import { decideExchange, type ExchangePolicy, type ForeignClaims, type WantedToken } from './claim-rules.ts'
import { createKeySets } from './key-sets.ts'
import { ExchangeError, type ExchangeRequest, readRequest } from './request.ts'
import { issuersOf, type TrustedIssuer } from './trusted-issuers.ts'
import { issuerOf, skewSeconds, verifyForeignToken } from './verify.ts'

/** A token that was given out. */
export interface ExchangedToken {
  readonly text: string
  readonly type: string
  readonly scope: string
  readonly expiresInSeconds: number
}

/** The use cases of trading a foreign identity token for an access token. */
export interface Exchanges {
  /** @throws ExchangeError */
  exchange(request: ExchangeRequest): Promise<ExchangedToken>
}

const defaultSeconds = 7_200

/** The exchange over the service's parts. */
export function createExchanges(parts: ServiceParts): Exchanges {
  const keySets = createKeySets(parts)
  const trade = async (request: ExchangeRequest, found: Found, wanted: WantedToken, seen: Seen) => {
    const issuer = issuerOf(found.issuers, request.subjectToken)
    seen.issuer = issuer.url
    const keysOf = (fresh: boolean) =>
      issuer.jwks === null ? keySets.of(issuer, { fresh }) : Promise.resolve(issuer.jwks)
    const claims = await verifyForeignToken(parts, request.subjectToken, issuer, request.audience, keysOf)
    const subject = String(claims['sub'])
    seen.subject = subject
    const decision = decideExchange(policiesFor(issuer, request.audience, claims), wanted, claims)
    if (!decision.allowed) {
      throw new ExchangeError('access_denied', `policy: ${decision.why}`, 401)
    }
    const seconds = request.expiration ?? Math.min(defaultSeconds, issuer.maxExpiration)
    if (seconds < 1 || seconds > issuer.maxExpiration) {
      throw new ExchangeError(
        'invalid_request',
        `\`expiration\` must be 1 to ${issuer.maxExpiration} seconds`,
      )
    }
    const text = await parts.store.change(async (transaction) => {
      await refuseReplay(transaction, issuer, claims, parts.clock().getTime())
      return await insertToken(transaction, parts, found.organization, issuer, wanted, { seconds, subject })
    })
    return { text, type: request.requestedTokenType, scope: request.scope, expiresInSeconds: seconds }
  }
  return {
    async exchange(request) {
      const { organization: organizationName, wanted } = readRequest(request)
      const found = await parts.store.read(async (transaction) => {
        const organization = await transaction.organizations.find(organizationName)
        return organization && { organization, issuers: await issuersOf(transaction, organization.id) }
      })
      if (found === null)
        throw new ExchangeError('invalid_target', 'the organization in `audience` is not known')
      const seen: Seen = {}
      try {
        return await trade(request, found, wanted, seen)
      } catch (error) {
        if (error instanceof ExchangeError) noteDenial(parts, found.organization, seen, error)
        throw error
      }
    },
  }
}

interface Found {
  readonly organization: Organization
  readonly issuers: readonly TrustedIssuer[]
}

/** What was proved of a token before it was refused: the subject only once the signature held. */
interface Seen {
  issuer?: string
  subject?: string
}

/** Administrators read here, and only here, whom a policy turned away (oidc §3.3). */
function noteDenial(
  parts: ServiceParts,
  organization: Organization,
  { issuer, subject }: Seen,
  error: ExchangeError,
): void {
  // Tokens of issuers that nobody trusts are anybody's to send; the trail is not theirs to fill.
  if (issuer === undefined) return
  try {
    recorderOf(parts.store).later({
      event: 'auth-failure-oidc-exchange',
      organizationId: organization.id,
      at: parts.clock(),
      caller: null,
      environment: null,
      request: null,
      facts: { issuer, ...(subject === undefined ? {} : { subject }), refusal: error.message },
    })
  } catch {
    // Nothing was given out; the refusal itself must reach the caller.
  }
}

/** A token for another audience is only for the policies that name it. A deny is always asked. */
function policiesFor(
  { policies }: TrustedIssuer,
  audience: string,
  claims: ForeignClaims,
): readonly ExchangePolicy[] {
  const given = claims['aud']
  const usual = Array.isArray(given) ? given.includes(audience) : given === audience
  return usual
    ? policies
    : policies.filter(({ decision, rules }) => decision === 'deny' || rules['aud'] !== undefined)
}

/**
 * A token is traded once while it lives, on whichever server: the store remembers its `jti` in the unit of work that gives an
 * access token for it. Not the token's bytes, since a signature can be spelled in several ways.
 */
async function refuseReplay(
  transaction: Transaction,
  issuer: TrustedIssuer,
  claims: ForeignClaims,
  nowMs: number,
): Promise<void> {
  const { jti, exp } = claims
  if (typeof jti !== 'string') return
  const key = `traded:${hashAuditEntry(issuer.id, jti)}`
  const traded = { key, requestHash: '', answer: '', expiresMs: (Number(exp) + skewSeconds) * 1_000 }
  if (await transaction.rememberedAnswers.insert(traded, nowMs)) return
  throw new ExchangeError('invalid_request', 'replay: this token was exchanged before', 401)
}

async function insertToken(
  transaction: Transaction,
  parts: ServiceParts,
  organization: Organization,
  issuer: TrustedIssuer,
  { type: wanted, team, login, runner, admin }: WantedToken,
  { seconds, subject }: { readonly seconds: number; readonly subject: string },
): Promise<string> {
  const user = login === null ? null : await transaction.users.find(login)
  if (login !== null) {
    const member = user && (await transaction.memberships.get(organization.id, user.id))
    if (user === null || user.disabledMs !== null || member === null) {
      throw new ExchangeError('invalid_scope', 'the user in `scope` is no member of the organization')
    }
  }
  const nowMs = parts.clock().getTime()
  // A runner acts for the organization, under a name of its own.
  const type = wanted === 'runner' ? 'organization' : wanted
  const { text, id, secretHash } = parts.tokens.make(type)
  const token: AccessToken = {
    id,
    type,
    name: runner === null ? `oidc:${issuer.name}` : `runner:${runner}`,
    description: '',
    secretHash,
    userId: user?.id ?? null,
    organizationId: user === null ? organization.id : null,
    team,
    admin,
    scopes: null,
    environmentIds: null,
    createdMs: nowMs,
    expiresMs: nowMs + seconds * 1_000,
    lastUsedMs: null,
    revokedMs: null,
  }
  await transaction.tokens.insert(token)
  const actor = user ?? { id, login: organization.name, name: token.name }
  const caller = {
    token,
    user,
    actor: { id: actor.id, login: actor.login, name: actor.name },
    ownerId: actor.id,
  }
  await note(
    transaction,
    parts,
    { caller, organization },
    {
      event: `${wanted === 'runner' ? 'deployment-runner' : wanted}-token-created-for-oidc-issuer`,
      environment: null,
      facts: { issuer: issuer.url, subject, seconds },
    },
  )
  return text
}
