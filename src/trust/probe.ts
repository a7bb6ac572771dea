import { builtInProviders, issuerName } from './issuers.ts'
import type { AssumeRequest, Claims, IdentityProvider, TrustInput } from './request.ts'

/** The moment probes happen at, in epoch seconds: no answer may depend on today's clock. */
export const probeTimeSeconds = 1_767_225_600

/**
 * A call that passes every check before the trust policy, for trying a policy out: signed, in time, for a role of
 * the provider's account. `claims` add to or replace `iss`, `iat` and `exp`; the first client id is the audience
 * unless `aud` is given.
 */
export function probeInput(
  policy: unknown,
  provider: IdentityProvider,
  claims: Claims,
  options: {
    readonly partition?: string
    readonly request?: Partial<AssumeRequest>
    readonly roleTags?: { readonly [key: string]: string }
  } = {},
): TrustInput {
  return {
    policy,
    // A built-in provider is there without an object, and then lists no audiences.
    provider:
      provider.clientIds.length === 0 && builtInProviders.includes(issuerName(provider.url))
        ? null
        : provider,
    role: {
      arn: `arn:${options.partition ?? 'aws'}:iam::${provider.account}:role/probe`,
      maxSessionDurationSeconds: 3600,
      tags: options.roleTags ?? {},
    },
    token: {
      header: { alg: 'RS256' },
      signatureValid: true,
      claims: {
        iss: provider.url,
        aud: provider.clientIds[0] ?? '',
        iat: probeTimeSeconds - 30,
        exp: probeTimeSeconds + 570,
        ...claims,
      },
    },
    request: { roleSessionName: 'probe', nowSeconds: probeTimeSeconds, ...options.request },
  }
}
