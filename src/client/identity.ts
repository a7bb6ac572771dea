import type { IdentityApi } from './api.ts'
import { json, listIn, unexpected } from './decode.ts'
import { isApiError } from './error.ts'
import { type Connection, send } from './send.ts'
import type { WireIssuer, WireUser } from './wire.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange'
const subjectTokenType = 'urn:ietf:params:oauth:token-type:id_token'

/** The identity routes (contract §2). */
export function identityApi(connection: Connection): IdentityApi {
  return {
    async user() {
      const response = await send(connection, { method: 'GET', path: '/api/user' })
      const user = json<WireUser>(response)
      const owners = [user, ...listIn<{ githubLogin: unknown }>(response, user.organizations)]
      if (owners.some(({ githubLogin }) => typeof githubLogin !== 'string' || githubLogin === '')) {
        throw unexpected(response)
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
      const response = await send(connection, { method: 'GET', path })
      const { issuer, jwks_uri } = json<Partial<WireIssuer>>(response)
      if (typeof issuer !== 'string' || typeof jwks_uri !== 'string') throw unexpected(response)
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
      if (typeof body.access_token !== 'string' || body.access_token === '') throw unexpected(response)
      return { accessToken: body.access_token, expiresInSeconds: body.expires_in ?? 0 }
    },
  }
}
