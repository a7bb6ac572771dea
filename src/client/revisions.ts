import type { RevisionApi } from './api.ts'
import { json, jsonList, listIn } from './decode.ts'
import { environmentPath } from './paths.ts'
import { type Connection, send } from './send.ts'
import type { WireRevision, WireRevisionTag } from './wire.ts'

/** The routes of revisions and revision tags (contract §5). */
export function revisionApi(connection: Connection): RevisionApi {
  return {
    async listRevisions(environment, { before, count }) {
      const path = environmentPath(environment, 'versions')
      const response = await send(connection, { method: 'GET', path, query: { before, count } })
      return jsonList<WireRevision>(response)
    },

    async retractRevision(environment, version, body) {
      const path = environmentPath(environment, 'versions', version, 'retract')
      await send(connection, { method: 'POST', path, json: body })
    },

    async listRevisionTags(environment, { after, count }) {
      const path = environmentPath(environment, 'versions', 'tags')
      const response = await send(connection, { method: 'GET', path, query: { after, count } })
      return listIn<WireRevisionTag>(response, json<{ tags?: unknown }>(response).tags)
    },

    async revisionTag(environment, tag) {
      const path = environmentPath(environment, 'versions', 'tags', tag)
      return json<WireRevisionTag>(await send(connection, { method: 'GET', path }))
    },

    async createRevisionTag(environment, tag, revision) {
      const path = environmentPath(environment, 'versions', 'tags')
      await send(connection, { method: 'POST', path, json: { name: tag, revision } })
    },

    async updateRevisionTag(environment, tag, revision) {
      const path = environmentPath(environment, 'versions', 'tags', tag)
      await send(connection, { method: 'PATCH', path, json: { revision } })
    },

    async deleteRevisionTag(environment, tag) {
      await send(connection, {
        method: 'DELETE',
        path: environmentPath(environment, 'versions', 'tags', tag),
      })
    },
  }
}
