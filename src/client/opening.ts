import type { OpeningApi } from './api.ts'
import { json, listIn, unexpected } from './decode.ts'
import { environmentPath } from './paths.ts'
import { type Connection, diagnosticsOf, send } from './send.ts'
import type { HttpResponse } from './transport.ts'
import { decodeEnvironment, decodeValues, isDiagnosticsError } from './values.ts'
import type { OpenResult, WireRotation } from './wire.ts'

interface OpenRequests {
  readonly changeRequests?: readonly { readonly changeRequestId: string }[]
}

function openedOf(response: HttpResponse): OpenResult {
  const body = json<{ id?: unknown; environment?: unknown }>(response)
  const diagnostics = diagnosticsOf(body)
  const session = typeof body.id === 'string' || typeof body.id === 'number' ? String(body.id) : ''
  if (session === '' && diagnostics.length === 0) throw unexpected(response)
  return {
    session,
    ...(body.environment ? { environment: decodeValues(response, 'environment') } : {}),
    diagnostics,
  }
}

/** The routes that evaluate with providers (contract §4, §7, §8). */
export function openingApi(connection: Connection): OpeningApi {
  return {
    async openEnvironment(environment, { version, draft, duration }) {
      const at = draft !== undefined ? ['drafts', draft] : version !== undefined ? ['versions', version] : []
      const path = environmentPath(environment, ...at, 'open')
      try {
        const response = await send(connection, {
          method: 'POST',
          path,
          query: { duration },
          // RFC 7240: one round trip where the server knows it, and no harm where it does not.
          headers: { prefer: 'return=representation' },
        })
        return openedOf(response)
      } catch (error) {
        if (!isDiagnosticsError(error)) throw error
        return { session: '', diagnostics: error.diagnostics }
      }
    },

    async readOpened(environment, session) {
      return decodeEnvironment(
        await send(connection, { method: 'GET', path: environmentPath(environment, 'open', session) }),
      )
    },

    async requestOpen(environment, { grantExpiration, accessDuration }) {
      const response = await send(connection, {
        method: 'POST',
        path: environmentPath(environment, 'open', 'request'),
        json: { grantExpirationSeconds: grantExpiration, accessDurationSeconds: accessDuration },
      })
      const { changeRequests } = json<OpenRequests>(response)
      return listIn<{ changeRequestId: string }>(response, changeRequests).map(
        ({ changeRequestId }) => changeRequestId,
      )
    },

    async rotate(environment, paths) {
      const path = environmentPath(environment, 'rotate')
      try {
        const response = await send(connection, { method: 'POST', path, json: { Paths: paths } })
        const body = json<WireRotation>(response)
        return { diagnostics: diagnosticsOf(body), rotation: body.secretRotationEvent ? body : null }
      } catch (error) {
        if (!isDiagnosticsError(error)) throw error
        return { diagnostics: error.diagnostics, rotation: null }
      }
    },
  }
}
