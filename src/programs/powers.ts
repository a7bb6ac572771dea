import { AppError } from '../diag/index.ts'
import { type ExecutionContext, ProviderError, type ProviderSet } from '../eval/index.ts'
import {
  type Issuer,
  type LoginPlatform,
  type LoginRequest,
  loginPlatforms,
  parseEnvironmentName,
  type SavedEnvironment,
} from '../oidc/index.ts'
import {
  type AwsTokenExchange,
  type IdentityTokens,
  type LoginTokens,
  providerCatalogue,
} from '../providers/index.ts'
import type { EvaluationScope } from '../service/index.ts'
import type { Store } from '../store/index.ts'

/** What every evaluation's providers are made of. */
export interface PowerParts {
  readonly issuer: Issuer
  readonly sts: AwsTokenExchange
  readonly store: Store
}

/**
 * The providers of one evaluation, bound to who opens what. Organization, caller and opened environment come from the
 * authorised request, never from the definition (S-34).
 */
export function providersFor(parts: PowerParts, scope: EvaluationScope): ProviderSet {
  const powers = {
    logins: loginTokens(parts, scope),
    identities: identityTokens(parts, scope),
    sts: parts.sts,
  }
  return {
    provider: async (name) => {
      const entry = Object.hasOwn(providerCatalogue, name) ? providerCatalogue[name] : undefined
      if (entry === undefined) throw new Error(`unknown provider ${JSON.stringify(name)}`)
      return entry.make(powers)
    },
    rotator: async (name) => {
      throw new Error(`unknown rotator ${JSON.stringify(name)}`)
    },
  }
}

function loginTokens(parts: PowerParts, scope: EvaluationScope): LoginTokens {
  return {
    mint: async ({ platform, subjectAttributes, context }) =>
      asProviderError(() => {
        const { token, claims } = parts.issuer.mintLoginToken(
          loginRequest(scope, platform, subjectAttributes, context),
        )
        return {
          token,
          claims: { iss: String(claims.iss), aud: String(claims.aud), sub: String(claims.sub) },
        }
      }),
  }
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
    mint: async ({ audience, durationSeconds, context }) => {
      const made = await request(audience, context)
      return asProviderError(() => parts.issuer.mintIdentityToken({ ...made, durationSeconds }).token)
    },
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
