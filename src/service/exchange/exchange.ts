import { hashAuditEntry } from '../../crypto/index.ts'
import type { AccessToken, Organization, Transaction } from '../../store/index.ts'
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
  const used = new Map<string, number>()
  return {
    async exchange(request) {
      const { organization: organizationName, wanted } = readRequest(request)
      const found = await parts.store.read(async (transaction) => {
        const organization = await transaction.organizations.find(organizationName)
        return organization && { organization, issuers: await issuersOf(transaction, organization.id) }
      })
      if (found === null)
        throw new ExchangeError('invalid_target', 'the organization in `audience` is not known')
      const issuer = issuerOf(found.issuers, request.subjectToken)
      const keysOf = (fresh: boolean) =>
        issuer.jwks === null ? keySets.of(issuer.url, { fresh }) : Promise.resolve(issuer.jwks)
      const claims = await verifyForeignToken(parts, request.subjectToken, issuer, request.audience, keysOf)
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
      refuseReplay(used, request.subjectToken, claims, parts.clock().getTime())
      const text = await parts.store.change((transaction) =>
        insertToken(transaction, parts, found.organization, issuer, wanted, seconds),
      )
      return { text, type: request.requestedTokenType, scope: request.scope, expiresInSeconds: seconds }
    },
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

/** A token is traded once while it lives. */
function refuseReplay(used: Map<string, number>, token: string, claims: ForeignClaims, nowMs: number): void {
  for (const [key, untilMs] of used) if (untilMs <= nowMs) used.delete(key)
  if (typeof claims['jti'] !== 'string') return
  const key = hashAuditEntry('', token)
  if (used.has(key))
    throw new ExchangeError('invalid_request', 'replay: this token was exchanged before', 401)
  used.set(key, (Number(claims['exp']) + skewSeconds) * 1_000)
}

async function insertToken(
  transaction: Transaction,
  parts: ServiceParts,
  organization: Organization,
  issuer: TrustedIssuer,
  { type, team, login, admin }: WantedToken,
  seconds: number,
): Promise<string> {
  const user = login === null ? null : await transaction.users.find(login)
  if (login !== null) {
    const member = user && (await transaction.memberships.get(organization.id, user.id))
    if (user === null || user.disabledMs !== null || member === null) {
      throw new ExchangeError('invalid_scope', 'the user in `scope` is no member of the organization')
    }
  }
  const nowMs = parts.clock().getTime()
  const { text, id, secretHash } = parts.tokens.make(type)
  const token: AccessToken = {
    id,
    type,
    name: `oidc:${issuer.name}`,
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
      event: `${type}-token-created-for-oidc-issuer`,
      environment: null,
      facts: { issuer: issuer.url, seconds },
    },
  )
  return text
}
