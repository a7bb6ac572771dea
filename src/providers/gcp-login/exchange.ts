import { ProviderError } from '../../eval/index.ts'
import type { SentClaims } from '../powers.ts'
import type { VendorAnswer, VendorCalls } from '../vendor-calls.ts'

const cloudPlatform = 'https://www.googleapis.com/auth/cloud-platform'

/** An access token; `expiry` is RFC 3339, null when it is not known. */
export interface AccessToken {
  readonly accessToken: string
  readonly expiry: string | null
}

/** Where a pool's provider is. */
export interface PoolProvider {
  readonly project: string
  readonly region: string
  readonly pool: string
  readonly provider: string
}

/**
 * Trades our token for a federated one (RFC 8693, at Google's security token service).
 *
 * @throws ProviderError
 */
export async function federate(
  calls: VendorCalls,
  token: string,
  claims: SentClaims,
  { project, region, pool, provider }: PoolProvider,
  signal: AbortSignal,
): Promise<string> {
  const audience = `//iam.googleapis.com/projects/${project}/locations/${region}/workloadIdentityPools/${pool}/providers/${provider}`
  const answer = await calls.post(
    'gcp-login',
    {
      url: 'https://sts.googleapis.com/v1/token',
      body: {
        grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
        audience,
        scope: cloudPlatform,
        requestedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
        subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
        subjectToken: token,
      },
    },
    signal,
  )
  const federated = answer.body?.access_token
  if (answer.status === 200 && typeof federated === 'string') return federated
  const sent = `sent: iss=${claims.iss}, aud=${claims.aud}, sub=${claims.sub}`
  throw new ProviderError(
    'gcp-login: Google did not take the token',
    `said: ${said(answer, token)}\n${sent}\ntry: let provider \`${provider}\` of pool \`${pool}\` have the issuer \`${claims.iss}\` and the allowed audience \`${claims.aud}\``,
  )
}

/**
 * An access token of a service account, for one that may impersonate it.
 *
 * @param principal who asks, as IAM names it; null when that is not known
 * @throws ProviderError
 */
export async function impersonate(
  calls: VendorCalls,
  token: string,
  serviceAccount: string,
  lifetimeSeconds: number,
  principal: string | null,
  signal: AbortSignal,
): Promise<AccessToken> {
  const answer = await calls.post(
    'gcp-login',
    {
      url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${encodeURIComponent(serviceAccount)}:generateAccessToken`,
      headers: { authorization: `Bearer ${token}` },
      body: { scope: [cloudPlatform], lifetime: `${lifetimeSeconds}s` },
    },
    signal,
  )
  const { accessToken, expireTime } = answer.body ?? {}
  if (answer.status === 200 && typeof accessToken === 'string') {
    return { accessToken, expiry: typeof expireTime === 'string' ? expireTime : null }
  }
  const binding =
    principal === null
      ? 'grant `roles/iam.serviceAccountTokenCreator` on the service account'
      : `grant \`roles/iam.workloadIdentityUser\` on the service account to \`${principal}\``
  const next =
    answer.status === 400 && lifetimeSeconds > 3600
      ? 'ask for `1h` or less: more needs the organization policy that extends the lifetime'
      : binding
  throw new ProviderError(
    `gcp-login: no access token of \`${serviceAccount}\` was given`,
    `said: ${said(answer, token)}\ntry: ${next}`,
  )
}

/** The vendor's own words, of which only code and message are shown, and never the token that they may repeat. */
function said({ status, body }: VendorAnswer, token: string): string {
  const text = (value: unknown) =>
    typeof value === 'string' ? value.replaceAll(token, '[secret]').slice(0, 500) : ''
  const error = body?.error
  if (typeof error === 'string') return `${status} ${text(error)}: ${text(body?.error_description)}`
  if (typeof error === 'object' && error !== null) {
    const { status: code, message } = error as { readonly status?: unknown; readonly message?: unknown }
    return `${status} ${text(code)}: ${text(message)}`
  }
  return `status ${status}`
}
