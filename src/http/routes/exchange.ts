import { ExchangeError, type ExchangeRequest, type Service, type TrustedIssuer } from '../../service/index.ts'
import { type Answer, empty, json } from '../answer.ts'
import { organizationRoute, publicRoute, type Route } from '../route.ts'
import {
  changeIssuer,
  deviceLogin,
  deviceLoginRequest,
  exchanged,
  exchangeRequest,
  issuer,
  issuerList,
  oauthError,
  policyList,
  putPolicies,
  registerIssuer,
  simpleExchanged,
  simpleExchangeRequest,
} from '../schemas/exchange.ts'

const issuers = '/api/orgs/{org}/oidc/issuers'
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' }

/** Trading foreign identity tokens for access tokens (contract §2, routes 3 and 4), and the issuers that are trusted. */
export const exchangeRoutes: readonly Route[] = [
  publicRoute({
    id: 'ExchangeToken',
    method: 'POST',
    path: '/api/oauth/token',
    summary:
      'Trades an identity token of a trusted issuer, or the code of a login that was allowed, for an access token; a form or JSON',
    body: exchangeRequest,
    bodyForm: true,
    answers: { 200: exchanged, 400: oauthError, 401: oauthError },
    problem: ({ message }) =>
      json({ error: 'invalid_request', error_description: message }, { status: 400, headers: noStore }),
    run: async ({ body, service }) => {
      if (body.grant_type === deviceGrant) return await takeLogin(service, body.device_code, body.client_id)
      const request: ExchangeRequest = {
        grantType: body.grant_type,
        audience: body.audience,
        subjectTokenType: body.subject_token_type,
        subjectToken: body.subject_token,
        requestedTokenType: body.requested_token_type,
        scope: body.scope,
        expiration: body.expiration,
      }
      return await exchangeOr(
        service,
        request,
        (token) =>
          json(
            {
              access_token: token.text,
              issued_token_type: token.type,
              token_type: 'token',
              expires_in: token.expiresInSeconds,
              scope: token.scope,
              refresh_token: '',
            },
            { headers: noStore },
          ),
        ({ error, message, status }) =>
          json({ error, error_description: message }, { status, headers: noStore }),
      )
    },
  }),
  publicRoute({
    id: 'StartDeviceLogin',
    method: 'POST',
    path: '/api/oauth/device',
    summary: 'Begins a login that a person allows in a browser (RFC 8628); a form or JSON',
    body: deviceLoginRequest,
    bodyForm: true,
    answers: { 200: deviceLogin, 400: oauthError },
    problem: ({ message }) =>
      json({ error: 'invalid_request', error_description: message }, { status: 400, headers: noStore }),
    run: async ({ body, headers, sender, service }) => {
      const { client_id: clientId, scope, machine } = body
      const page = `${originOf(headers.get('host') ?? 'localhost')}/login/device`
      return await orRefusal(async () => {
        const asked = { clientId, scope, machine, address: sender.clientAddress }
        const started = await service.deviceLogins.start(asked)
        return json(
          {
            device_code: started.deviceCode,
            user_code: started.userCode,
            verification_uri: page,
            verification_uri_complete: `${page}?code=${started.userCode}`,
            expires_in: started.expiresInSeconds,
            interval: started.intervalSeconds,
          },
          { headers: noStore },
        )
      })
    },
  }),
  publicRoute({
    id: 'ExchangeTokenSimple',
    method: 'POST',
    path: '/api/oauth/oidc/token',
    summary: 'Trades a service account’s token for an organization token',
    body: simpleExchangeRequest,
    answers: { 200: simpleExchanged },
    run: async ({ body, service }) => {
      const request: ExchangeRequest = {
        grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
        audience: `urn:pulumi:org:${body.organization}`,
        subjectTokenType: 'urn:ietf:params:oauth:token-type:id_token',
        subjectToken: body.token,
        requestedTokenType: 'urn:pulumi:token-type:access_token:organization',
        scope: '',
        expiration: undefined,
      }
      return await exchangeOr(
        service,
        request,
        ({ text, expiresInSeconds }) =>
          json({ access_token: text, expires_in: expiresInSeconds }, { headers: noStore }),
        ({ error, message, status }) =>
          json({ code: status, message, error, error_description: message }, { status, headers: noStore }),
      )
    },
  }),
  organizationRoute({
    id: 'ListOidcIssuers',
    method: 'GET',
    path: issuers,
    needs: 'oidc_issuers:read',
    summary: 'The issuers that are trusted',
    answers: { 200: issuerList },
    run: async ({ access, service }) =>
      json({ oidcIssuers: (await service.trustedIssuers.list(access)).map(render) }),
  }),
  organizationRoute({
    id: 'RegisterOidcIssuer',
    method: 'POST',
    path: issuers,
    needs: 'oidc_issuers:write',
    summary: 'Trusts an issuer; its tokens are worth nothing until a policy allows',
    body: registerIssuer,
    isDangerous: () => true,
    answers: { 200: issuer },
    run: async ({ access, body, service }) =>
      json(render(await service.trustedIssuers.register(access, body))),
  }),
  organizationRoute({
    id: 'GetOidcIssuer',
    method: 'GET',
    path: `${issuers}/{id}`,
    needs: 'oidc_issuers:read',
    summary: 'One trusted issuer',
    answers: { 200: issuer },
    run: async ({ access, parameters, service }) =>
      json(render(await service.trustedIssuers.get(access, parameters['id']!))),
  }),
  organizationRoute({
    id: 'UpdateOidcIssuer',
    method: 'PATCH',
    path: `${issuers}/{id}`,
    needs: 'oidc_issuers:write',
    summary: 'Changes what is sent',
    body: changeIssuer,
    isDangerous: () => true,
    answers: { 200: issuer },
    run: async ({ access, parameters, body, service }) =>
      json(render(await service.trustedIssuers.update(access, parameters['id']!, body))),
  }),
  organizationRoute({
    id: 'DeleteOidcIssuer',
    method: 'DELETE',
    path: `${issuers}/{id}`,
    needs: 'oidc_issuers:write',
    summary: 'Ends the trust in an issuer',
    answers: { 204: 'empty' },
    run: async ({ access, parameters, service }) => {
      await service.trustedIssuers.remove(access, parameters['id']!)
      return empty()
    },
  }),
  organizationRoute({
    id: 'GetAuthPolicy',
    method: 'GET',
    path: '/api/orgs/{org}/auth/policies/oidcissuers/{id}',
    needs: 'oidc_issuers:read',
    summary: 'The policies of an issuer',
    answers: { 200: policyList },
    run: async ({ access, parameters, service }) =>
      json(renderPolicies(await service.trustedIssuers.get(access, parameters['id']!))),
  }),
  organizationRoute({
    id: 'UpdateAuthPolicy',
    method: 'PATCH',
    path: '/api/orgs/{org}/auth/policies/{id}',
    needs: 'oidc_issuers:write',
    summary: 'Replaces the policies of an issuer',
    body: putPolicies,
    isDangerous: () => true,
    answers: { 200: policyList },
    run: async ({ access, parameters, body, service }) =>
      json(
        renderPolicies(await service.trustedIssuers.putPolicies(access, parameters['id']!, body.policies)),
      ),
  }),
]

/** The token of a login that was allowed, or how far it is. */
async function takeLogin(service: Service, deviceCode: string, clientId: string): Promise<Answer> {
  return await orRefusal(async () => {
    const { text, expiresInSeconds } = await service.deviceLogins.take(deviceCode, clientId)
    return json(
      { access_token: text, token_type: 'token', expires_in: expiresInSeconds, scope: '', refresh_token: '' },
      { headers: noStore },
    )
  })
}

async function orRefusal(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error
    const body = { error: error.error, error_description: error.message }
    return json(body, { status: error.status, headers: noStore })
  }
}

/** Where a server is that is called by a name: beyond this machine behind TLS only. */
function originOf(host: string): string {
  const isLoopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/.test(host)
  return `${isLoopback ? 'http' : 'https'}://${host}`
}

async function exchangeOr(
  service: Service,
  request: ExchangeRequest,
  render: (token: Awaited<ReturnType<Service['exchanges']['exchange']>>) => Answer,
  refuse: (error: ExchangeError) => Answer,
): Promise<Answer> {
  try {
    return render(await service.exchanges.exchange(request))
  } catch (error) {
    if (error instanceof ExchangeError) return refuse(error)
    throw error
  }
}

function render({
  id,
  name,
  url,
  createdMs,
  modifiedMs,
  thumbprints,
  maxExpiration,
  jwks,
}: TrustedIssuer): object {
  return {
    id,
    name,
    url,
    issuer: url,
    created: new Date(createdMs).toISOString(),
    modified: new Date(modifiedMs).toISOString(),
    thumbprints,
    maxExpiration,
    ...(jwks === null ? {} : { jwks }),
  }
}

function renderPolicies({ policyId, policies }: TrustedIssuer): object {
  return { id: policyId, policies }
}
