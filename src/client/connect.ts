import { administrationApi } from './administration.ts'
import type { EscApi } from './api.ts'
import { type ConnectOptions, connectionOf } from './connection.ts'
import { definitionApi } from './definitions.ts'
import { draftApi } from './drafts.ts'
import { identityApi } from './identity.ts'
import { openingApi } from './opening.ts'
import { revisionApi } from './revisions.ts'
import { securityApi } from './security.ts'
import { type Server, serverOf } from './server.ts'
import { tagApi } from './tags.ts'

/**
 * A server, as its clients see it: every operation by its name, and beside these the daily work in methods of its own, which also
 * understand what other ESC servers answer, keep the text of numbers, and give the diagnostics of a definition as results.
 */
export interface Client extends Server, EscApi {}

/**
 * The client of a server, over `fetch`: in Node, in a browser, and wherever else that is there. Nothing is sent before the first call.
 *
 * @example
 *   const esc = connect({ baseUrl: 'http://127.0.0.1:3720', token })
 *   const { id } = await esc.call('OpenEnvironment', { path: { org: 'acme', project: 'web', env: 'dev' } })
 */
export function connect(options: ConnectOptions): Client {
  const connection = connectionOf(options)
  return {
    ...serverOf(connection),
    ...identityApi(connection),
    ...definitionApi(connection),
    ...openingApi(connection),
    ...draftApi(connection),
    ...revisionApi(connection),
    ...tagApi(connection),
    ...administrationApi(connection),
    ...securityApi(connection),
  }
}
