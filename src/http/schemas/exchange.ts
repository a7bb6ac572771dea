import { z } from 'zod'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

/** The fields of an exchange, from a form or from JSON; numbers may be texts. */
export const exchangeRequest = z
  .object({
    grant_type: text,
    audience: text,
    subject_token_type: text,
    subject_token: text,
    requested_token_type: text,
    scope: text,
    device_code: text,
    client_id: text,
    expiration: z
      .union([z.int(), z.string().regex(/^[0-9]{0,9}$/)])
      .nullish()
      .transform((value) =>
        value === undefined || value === null || value === '' ? undefined : Number(value),
      )
      .describe('seconds, at most what the issuer is registered with; its default when absent'),
  })
  .meta({ id: 'ExchangeRequest' })

/** A program's wish for a login (RFC 8628); `machine` is ours, and shown to the person. */
export const deviceLoginRequest = z
  .object({ client_id: z.string().min(1).max(100), scope: text, machine: text })
  .meta({ id: 'DeviceLoginRequest' })

/** What the program shows, and what it asks for the token with. */
export const deviceLogin = z
  .strictObject({
    device_code: z.string(),
    user_code: z.string(),
    verification_uri: z.string(),
    verification_uri_complete: z.string(),
    expires_in: z.int(),
    interval: z.int(),
  })
  .meta({ id: 'DeviceLogin' })

/** A token that was given out. */
export const exchanged = z
  .strictObject({
    access_token: z.string(),
    issued_token_type: z.string().optional(),
    token_type: z.literal('token'),
    expires_in: z.int(),
    scope: z.string(),
    refresh_token: z.literal(''),
  })
  .meta({ id: 'ExchangeResponse' })

/** A refused exchange, in the words of OAuth. */
export const oauthError = z
  .strictObject({ error: z.string(), error_description: z.string() })
  .meta({ id: 'OAuthError' })

/** The shape of one client's own exchange route. */
export const simpleExchangeRequest = z
  .object({ organization: z.string().min(1), token: z.string().min(1) })
  .meta({ id: 'SimpleExchangeRequest' })

/** Its answer. */
export const simpleExchanged = z
  .strictObject({ access_token: z.string(), expires_in: z.int().min(1) })
  .meta({ id: 'SimpleExchangeResponse' })

const keySet = z.looseObject({ keys: z.array(z.record(z.string(), z.unknown())).max(100) })

/** A trusted issuer. */
export const issuer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    url: z.string(),
    issuer: z.string(),
    created: z.string(),
    modified: z.string(),
    thumbprints: z.array(z.string()),
    maxExpiration: z.int(),
    jwks: keySet.optional(),
  })
  .meta({ id: 'OidcIssuer' })

/** All trusted issuers. */
export const issuerList = z.strictObject({ oidcIssuers: z.array(issuer) }).meta({ id: 'OidcIssuers' })

const optional = {
  thumbprints: z
    .array(z.string().regex(/^[0-9a-f]{64}$/))
    .max(20)
    .optional(),
  maxExpiration: z.int().min(1).max(31_536_000).optional(),
  jwks: keySet.optional(),
}

/** The body of a registration. */
export const registerIssuer = z
  .object({ name: z.string().min(1).max(100), url: z.string().max(2_048), ...optional })
  .meta({ id: 'RegisterOidcIssuer' })

/** The body of a change; what is absent stays. */
export const changeIssuer = z
  .object({ name: z.string().min(1).max(100).optional(), ...optional })
  .meta({ id: 'UpdateOidcIssuer' })

const policy = z.object({
  decision: z.enum(['allow', 'deny']),
  tokenType: z.enum(['organization', 'team', 'personal', 'runner']),
  teamName: z.string().max(100).optional(),
  userLogin: z.string().max(100).optional(),
  runnerID: z.string().max(100).optional(),
  authorizedPermissions: z.array(z.string()).max(10).default([]),
  rules: z.record(z.string(), z.string().max(1_000)),
})

/** The policies of an issuer. */
export const policyList = z
  .strictObject({ id: z.string(), policies: z.array(policy) })
  .meta({ id: 'AuthPolicy' })

/** The next policies of an issuer. */
export const putPolicies = z.object({ policies: z.array(policy).max(100) }).meta({ id: 'UpdateAuthPolicy' })
