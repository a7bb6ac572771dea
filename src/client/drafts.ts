import type { DraftApi } from './api.ts'
import { json } from './decode.ts'
import { definitionOf } from './definitions.ts'
import { ApiError } from './error.ts'
import { changeRequestPath, environmentPath } from './paths.ts'
import { type Call, type Connection, diagnosticsOf, send } from './send.ts'
import type { DraftResult } from './wire.ts'

/** The routes of proposed changes (contract §7). */
export function draftApi(connection: Connection): DraftApi {
  return {
    async createDraft(environment, source, etag = '') {
      const headers: Record<string, string> = etag === '' ? {} : { etag }
      const path = environmentPath(environment, 'drafts')
      return write(connection, { method: 'POST', path, bytes: source, headers })
    },

    async readDraft(environment, changeRequestId) {
      const path = environmentPath(environment, 'drafts', changeRequestId)
      return definitionOf(await send(connection, { method: 'GET', path }), 0)
    },

    async updateDraft(environment, changeRequestId, source, etag = '') {
      const headers: Record<string, string> = etag === '' ? {} : { 'if-match': etag }
      const path = environmentPath(environment, 'drafts', changeRequestId)
      return write(connection, { method: 'PATCH', path, bytes: source, headers })
    },

    async submitChangeRequest(organization, changeRequestId) {
      const path = changeRequestPath(organization, changeRequestId, 'submit')
      await send(connection, { method: 'POST', path, json: {} })
    },
  }
}

async function write(connection: Connection, call: Call): Promise<DraftResult> {
  try {
    const body = json<{ changeRequestId?: string }>(await send(connection, call))
    return { diagnostics: diagnosticsOf(body), changeRequestId: body.changeRequestId ?? '' }
  } catch (error) {
    if (!(error instanceof ApiError) || error.diagnostics.length === 0) throw error
    return { diagnostics: error.diagnostics, changeRequestId: '' }
  }
}
