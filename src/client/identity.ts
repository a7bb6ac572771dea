import type { IdentityApi } from './api.ts'
import { json } from './decode.ts'
import { isApiError } from './error.ts'
import { type Connection, send } from './send.ts'
import type { WireIssuer, WireUser } from './wire.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange'
const subjectTokenType = 'urn:ietf:params:oauth:token-type:id_token'

/** The identity routes (contract §2). */
export function identityApi(connection: Connection): IdentityApi {
  return {
    async user() {
      const user = json<WireUser>(await send(connection, { method: 'GET', path: '/api/user' }))
      const logins = [user, ...(user.organizations ?? [])].map((owner) => owner.githubLogin)
      if (logins.some((login) => typeof login !== 'string' || login === '')) {
        throw new Error('unexpected response from server')
      }
      return user
    },

    async defaultOrganization() {
      try {
        const response = await send(connection, { method: 'GET', path: '/api/user/organizations/default' })
        const body = json<Record<string, unknown>>(response)
        const member = Object.entries(body).find(([key]) => key.toLowerCase() === 'githublogin')
        return typeof member?.[1] === 'string' ? member[1] : ''
      } catch (error) {
        if (isApiError(error, 404)) return ''
        throw error
      }
    },

    async issuer() {
      const path = '/oidc/.well-known/openid-configuration'
      const document = json<Partial<WireIssuer>>(await send(connection, { method: 'GET', path }))
      const { issuer, jwks_uri } = document
      if (typeof issuer !== 'string' || typeof jwks_uri !== 'string')
        throw new Error('unexpected response from server')
      return { issuer, jwks_uri }
    },

    async exchangeToken(exchange) {
      const response = await connection.transport({
        method: 'POST',
        url: `${connection.baseUrl.replace(/(?<!\/)\/+$/, '')}/api/oauth/token`,
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
          'user-agent': connection.userAgent,
        },
        body: new TextEncoder().encode(
          new URLSearchParams({
            grant_type: grantType,
            audience: exchange.audience,
            subject_token_type: subjectTokenType,
            subject_token: exchange.subjectToken,
            requested_token_type: exchange.requestedTokenType,
            scope: exchange.scope,
            expiration: String(exchange.expirationSeconds),
          }).toString(),
        ),
      })
      if (response.status !== 200) throw new Error(new TextDecoder().decode(response.body).trim())
      const body = json<{ access_token: string; expires_in?: number }>(response)
      return { accessToken: body.access_token, expiresInSeconds: body.expires_in ?? 0 }
    },
  }
}
