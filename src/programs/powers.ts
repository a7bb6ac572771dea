import { systemRandom } from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import { type ExecutionContext, ProviderError, type ProviderSet } from '../eval/index.ts'
import {
  type Issuer,
  type LoginPlatform,
  type LoginRequest,
  loginPlatforms,
  type MintedToken,
  parseEnvironmentName,
  type SavedEnvironment,
} from '../oidc/index.ts'
import {
  AwsRefusal,
  type AwsTokenExchange,
  gatedByHost,
  type IdentityTokens,
  type LoginTokens,
  providerCatalogue,
  rotatorCatalogue,
  type VendorCalls,
} from '../providers/index.ts'
import type { Catalogue, CatalogueEntry, EvaluationScope } from '../service/index.ts'
import type { Store } from '../store/index.ts'
import { callSpan, carriedTraceparent, remembered, span, spanHeaders } from '../tracing/index.ts'
import { measuredProvider, measuredRotator } from './measured.ts'
import type { Metrics } from './metrics.ts'

/** The providers and rotators that this server has, for its callers. */
export const catalogue: Catalogue = {
  providers: entries(providerCatalogue),
  rotators: entries(rotatorCatalogue),
}

function entries(named: {
  readonly [name: string]: { readonly summary: string }
}): readonly CatalogueEntry[] {
  return Object.entries(named).map(([name, { summary }]) => ({ name, description: summary }))
}

/** What every evaluation's providers are made of. */
export interface PowerParts {
  readonly issuer: Issuer
  readonly sts: AwsTokenExchange
  /** Calls to vendors, through the one door out. */
  readonly calls: VendorCalls
  readonly store: Store
  readonly metrics?: Metrics
}

/**
 * The providers of one evaluation, bound to who opens what. Organization, caller and opened environment come from the
 * authorised request, never from the definition (S-34).
 */
export function providersFor(parts: PowerParts, scope: EvaluationScope): ProviderSet {
  const powers = gatedByHost({
    logins: loginTokens(parts, scope),
    identities: identityTokens(parts, scope),
    sts: recordedExchange(parts.sts, scope),
    calls: tracedCalls(parts.calls, scope),
    random: systemRandom,
  })
  const inEvaluation = remembered()
  return {
    isCatalogue: true,
    provider: async (name) => {
      const entry = Object.hasOwn(providerCatalogue, name) ? providerCatalogue[name] : undefined
      if (entry === undefined) throw new Error(`unknown provider ${JSON.stringify(name)}`)
      return measuredProvider(name, entry.make(powers), inEvaluation, parts.metrics)
    },
    rotator: async (name) => {
      const entry = Object.hasOwn(rotatorCatalogue, name) ? rotatorCatalogue[name] : undefined
      if (entry === undefined) throw new Error(`unknown rotator ${JSON.stringify(name)}`)
      return measuredRotator(name, entry.make(powers), inEvaluation)
    },
  }
}

/** What a call carries so that a provider's log names the same trace: the open span, or else what the client sent. */
function traceHeaders({ caller }: EvaluationScope): Readonly<Record<string, string>> {
  const headers = spanHeaders()
  if (caller.request === undefined || Object.keys(headers).length > 0) return headers
  const traceparent = carriedTraceparent(caller.request)
  return traceparent === undefined ? {} : { traceparent }
}

function tracedCalls(calls: VendorCalls, scope: EvaluationScope): VendorCalls {
  return {
    post: (provider, request, signal) =>
      callSpan('exchange token', { 'openesc.provider': provider }, () =>
        calls.post(
          provider,
          {
            ...request,
            organization: scope.organization.name,
            headers: { ...request.headers, ...traceHeaders(scope) },
          },
          signal,
        ),
      ),
  }
}

function loginTokens(parts: PowerParts, scope: EvaluationScope): LoginTokens {
  return {
    mint: ({ platform, subjectAttributes, context, snowflake }) =>
      span('mint token', { 'openesc.issuer': 'v1', 'openesc.platform': platform }, async () => {
        const minted = asProviderError(() =>
          parts.issuer.mintLoginToken({
            ...loginRequest(scope, platform, subjectAttributes, context),
            ...(snowflake === undefined ? {} : { snowflake }),
          }),
        )
        await enter(scope, minted, context)
        const { iss, aud, sub } = minted.claims
        return { token: minted.token, claims: { iss, aud, sub } }
      }),
  }
}

/** A token is written down before it goes anywhere. */
async function enter(
  { ledger }: EvaluationScope,
  { claims, kid }: MintedToken,
  context: ExecutionContext,
): Promise<void> {
  const { iss, aud, sub, jti, iat, exp } = claims
  const seconds = exp - iat
  const declaredIn = context.currentEnvironment
  await ledger.minted({ issuer: iss, audience: aud, subject: sub, jti, kid, seconds, declaredIn })
}

/** STS's answer is written down before its credentials go on. */
function recordedExchange(sts: AwsTokenExchange, scope: EvaluationScope): AwsTokenExchange {
  const { ledger } = scope
  return {
    explain: (refusal, asked) => sts.explain(refusal, asked),
    async assumeRoleWithWebIdentity(request) {
      const about = {
        provider: 'aws-login',
        jti: tokenId(request.webIdentityToken),
        roleArn: request.roleArn,
        sessionName: request.roleSessionName,
      }
      try {
        const credentials = await callSpan('exchange token', { 'openesc.provider': 'aws-login' }, () =>
          sts.assumeRoleWithWebIdentity({ ...request, headers: traceHeaders(scope) }),
        )
        const stsRequestId = credentials.requestId ?? null
        await ledger.exchanged({ ...about, stsRequestId, outcome: 'succeeded' })
        return credentials
      } catch (error) {
        if (error instanceof AwsRefusal) {
          await ledger.exchanged({ ...about, stsRequestId: null, outcome: error.awsCode })
        }
        throw error
      }
    },
  }
}

/** The id of a token that we signed ourselves. */
function tokenId(token: string): string {
  const [, payload = ''] = token.split('.')
  const { jti } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly jti: string }
  return jti
}

function loginRequest(
  { organization, caller, rootName }: EvaluationScope,
  platform: LoginPlatform,
  subjectAttributes: readonly string[] | null,
  context: ExecutionContext,
): LoginRequest {
  const { type, team } = caller.token
  return {
    platform,
    organization: organization.name,
    opened: rootName,
    current: context.currentEnvironment,
    root: context.rootEnvironment,
    caller: { tokenType: type === 'session' ? 'personal' : type, login: caller.actor.login, team },
    subjectAttributes,
  }
}

function identityTokens(parts: PowerParts, scope: EvaluationScope): IdentityTokens {
  const request = async (audience: string, context: ExecutionContext) => ({
    organization: { id: scope.organization.id, name: scope.organization.name },
    current: await savedEnvironment(parts.store, scope, context.currentEnvironment),
    root: scope.root,
    actor: scope.caller.actor.login,
    audience,
  })
  return {
    mint: ({ audience, durationSeconds, context }) =>
      span('mint token', { 'openesc.issuer': 'v2' }, async () => {
        const made = await request(audience, context)
        const minted = asProviderError(() => parts.issuer.mintIdentityToken({ ...made, durationSeconds }))
        await enter(scope, minted, context)
        return minted.token
      }),
    preview: async ({ audience, context }) => {
      const made = await request(audience, context)
      return asProviderError(() => texts(parts.issuer.previewIdentityClaims(made)))
    },
    previewLogin: async ({ platform, subjectAttributes, context }) =>
      asProviderError(() => {
        const known = loginPlatforms.find((name) => name === platform)
        if (known === undefined)
          throw new ProviderError(`debug-oidc-claims: \`${platform}\` is no platform of a login`)
        return texts(parts.issuer.previewLoginClaims(loginRequest(scope, known, subjectAttributes, context)))
      }),
  }
}

/** The saved environment that holds a block: its ids go into the subject. */
async function savedEnvironment(
  store: Store,
  scope: EvaluationScope,
  name: string,
): Promise<SavedEnvironment | null> {
  const parsed = parseEnvironmentName(name, scope.organization.name)
  if (parsed === null) return null
  return await store.read((transaction) =>
    transaction.environments.find(scope.organization.id, parsed.project ?? 'default', parsed.name),
  )
}

function texts(claims: { readonly [claim: string]: unknown }): { readonly [claim: string]: string } {
  return Object.fromEntries(Object.entries(claims).map(([name, claim]) => [name, String(claim)]))
}

/** A refusal of the issuer is a finding about the definition; its hint goes behind the summary. */
function asProviderError<T>(mint: () => T): T {
  try {
    return mint()
  } catch (error) {
    if (error instanceof AppError)
      throw new ProviderError(error.message, error.hint === '' ? '' : `try: ${error.hint}`, { cause: error })
    throw error
  }
}
