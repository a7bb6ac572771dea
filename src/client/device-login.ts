import { type ConnectOptions, connectionOf } from './connection.ts'
import { json, unexpected } from './decode.ts'
import { refusal, request } from './send.ts'

/** A login that waits for its person (RFC 8628 section 3.2). Times are seconds. */
export interface StartedLogin {
  readonly deviceCode: string
  readonly userCode: string
  readonly expiresInSeconds: number
  readonly intervalSeconds: number
}

/** How far a login is: its token, or the word of RFC 8628 section 3.5 for what it waits for or ended with. */
export type LoginState = { readonly accessToken: string } | { readonly error: string }

const clientId = 'esc'
const grantType = 'urn:ietf:params:oauth:grant-type:device_code'

/**
 * Begins a login that a person allows in a browser. Never tried again by itself: whoever waits for a person asks again anyway.
 *
 * @throws ApiError 404 from servers that have no such logins
 */
export async function startLogin(options: ConnectOptions, machine: string): Promise<StartedLogin> {
  const form = { client_id: clientId, machine }
  const response = await request(connectionOf(options), { method: 'POST', path: '/api/oauth/device', form })
  if (response.status !== 200) throw refusal(response, true)
  const body = json<Record<string, unknown>>(response)
  const { device_code, user_code, expires_in, interval = 5 } = body
  const isWhole = typeof device_code === 'string' && typeof user_code === 'string'
  if (!isWhole || typeof expires_in !== 'number' || typeof interval !== 'number') throw unexpected(response)
  return {
    deviceCode: device_code,
    userCode: user_code,
    expiresInSeconds: expires_in,
    intervalSeconds: interval,
  }
}

/** Asks how far it is. @throws ApiError for an answer that is none of RFC 8628's */
export async function loginState(options: ConnectOptions, deviceCode: string): Promise<LoginState> {
  const form = { grant_type: grantType, device_code: deviceCode, client_id: clientId }
  const response = await request(connectionOf(options), { method: 'POST', path: '/api/oauth/token', form })
  if (response.status !== 200 && response.status !== 400) throw refusal(response, true)
  const { access_token, error } = json<Record<string, unknown>>(response)
  if (response.status === 200 && typeof access_token === 'string') return { accessToken: access_token }
  if (response.status === 400 && typeof error === 'string') return { error }
  throw unexpected(response)
}
