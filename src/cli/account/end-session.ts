import { connect } from '../../client/index.ts'
import type { Account } from './account-files.ts'
import { connectionTo, type LoginContext } from './session.ts'

/**
 * Ends the session of an account that nobody needs any more. Any other token stays as it is: it was made elsewhere, and may be in use
 * there. A server that cannot be reached ends the session by itself, at the latest four hours after the login.
 *
 * @returns whether the token was a session's
 */
export async function endSession(
  { world, out, backend }: Pick<LoginContext, 'world' | 'out' | 'backend'>,
  account: Account,
): Promise<boolean> {
  const [, id] = /^esc_s_([0-9A-Za-z]+)_/.exec(account.accessToken) ?? []
  if (id === undefined) return false
  try {
    await connect(connectionTo(world, backend, account)).call('RevokePersonalToken', { path: { id } })
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code
    // One that ended already needs no ending.
    if (code !== 401)
      out.note(`warning: the session could not be ended on the server: ${(error as Error).message}`)
  }
  return true
}
