import type { EscApi, WireTrustedIssuer } from '../client/index.ts'
import { Failure } from './failure.ts'

/**
 * The trusted issuer of that name or id.
 *
 * @throws Failure when there is none
 */
export async function trustedIssuer(
  api: EscApi,
  organization: string,
  which: string,
): Promise<WireTrustedIssuer> {
  const issuers = await api.listTrustedIssuers(organization)
  const found = issuers.find(({ id, name }) => id === which || name === which)
  if (found !== undefined) return found
  throw new Failure(
    `${organization} trusts no issuer ${JSON.stringify(which)}; list them with \`esc org issuer ls\``,
  )
}
