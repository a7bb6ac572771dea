import { parseEnvironmentName } from './environment-name.ts'
import type { LoginRequest } from './login.ts'

/**
 * The audience of a login token: `<platform>:<organization>`, fixed by the provider so that nobody chooses it
 * (S-34). An environment of the legacy `default` project keeps the bare organization, which older trusts name.
 *
 * @see the issuer specification §1.5
 */
export function loginAudience({
  platform,
  organization,
  opened,
}: Pick<LoginRequest, 'platform' | 'organization' | 'opened'>): string {
  return isLegacyLogin({ organization, opened }) ? organization : `${platform}:${organization}`
}

/** Whether a login is from the `default` project, where new trusts should not be made. */
export function isLegacyLogin({
  organization,
  opened,
}: Pick<LoginRequest, 'organization' | 'opened'>): boolean {
  return parseEnvironmentName(opened, organization)?.project === null
}
