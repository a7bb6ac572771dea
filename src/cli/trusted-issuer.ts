import type { ApiOidcIssuer, Server } from '../client/index.ts'
import { Failure } from './failure.ts'

/**
 * The trusted issuer of that name or id.
 *
 * @throws Failure when there is none
 */
export async function trustedIssuer(server: Server, org: string, which: string): Promise<ApiOidcIssuer> {
  const { oidcIssuers } = await server.call('ListOidcIssuers', { path: { org } })
  const found = oidcIssuers.find(({ id, name }) => id === which || name === which)
  if (found !== undefined) return found
  throw new Failure(`${org} trusts no issuer ${JSON.stringify(which)}; list them with \`esc org issuer ls\``)
}
