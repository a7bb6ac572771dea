import { type ConnectOptions, isApiError, loginState, startLogin } from '../../client/index.ts'
import { Failure, LoginFailure } from '../failure.ts'
import type { LoginContext } from './session.ts'

/** A word of RFC 8628 section 3.5 that ends a login, in ours. */
const ends: Readonly<Record<string, string>> = {
  access_denied: 'the login was denied in the browser',
  expired_token: 'nobody allowed the login in time; start it again',
}

/**
 * The token of a login that a person allows on the server's own page, on this machine or another (RFC 8628). The page is the one of
 * the server that was asked for, whatever its answer names (S-66).
 *
 * @throws LoginFailure when the server has no such logins; Failure when it was denied or nobody answered
 */
export async function loginInBrowser(
  { world, out, backend }: LoginContext,
  connection: ConnectOptions,
): Promise<string> {
  const machine = (world.machine?.() ?? '').slice(0, 100)
  const { deviceCode, userCode, expiresInSeconds, intervalSeconds } = await begin(connection, machine)
  const shown = /^[A-Za-z0-9-]{4,20}$/.test(userCode) ? userCode : ''
  const minutes = Math.max(1, Math.round(expiresInSeconds / 60))
  out.note(`Open this page in a browser, on this machine or another, and compare the code there:

    ${backend}/login/device?code=${shown}
    code: ${shown}

Waiting for ${minutes} minutes; nothing happens before somebody presses Allow there.`)
  const deadline = world.clock.now() + expiresInSeconds * 1_000
  let waitMilliseconds = Math.min(Math.max(intervalSeconds, 1), 60) * 1_000
  while (world.clock.now() < deadline) {
    await world.clock.sleep(waitMilliseconds)
    const state = await loginState(connection, deviceCode)
    if ('accessToken' in state) return state.accessToken
    if (state.error === 'slow_down') waitMilliseconds += 5_000
    else if (state.error !== 'authorization_pending')
      throw new Failure(ends[state.error] ?? `the server ended the login: ${state.error.slice(0, 100)}`)
  }
  throw new Failure(ends['expired_token'] ?? '')
}

async function begin(connection: ConnectOptions, machine: string) {
  try {
    return await startLogin(connection, machine)
  } catch (error) {
    if (!isApiError(error, 404)) throw error
    throw new LoginFailure('no credentials, please run `esc login` to log in', { cause: error })
  }
}
