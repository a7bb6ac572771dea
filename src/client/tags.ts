import type { TagApi } from './api.ts'
import { json } from './decode.ts'
import { environmentPath } from './paths.ts'
import { type Connection, send } from './send.ts'
import type { WireEnvironmentTag, WireSettings } from './wire.ts'

interface TagPage {
  readonly tags?: { readonly [name: string]: WireEnvironmentTag } | null
  readonly nextToken?: string | null
}

const pageSize = 500

/** The routes of environment tags and settings (contract §6, §10). */
export function tagApi(connection: Connection): TagApi {
  return {
    async listTags(environment) {
      const found: WireEnvironmentTag[] = []
      let after = ''
      for (;;) {
        const path = environmentPath(environment, 'tags')
        const query = { after, count: pageSize }
        const page = json<TagPage>(await send(connection, { method: 'GET', path, query }))
        const tags = Object.values(page.tags ?? {})
        found.push(...tags)
        const next = page.nextToken ?? ''
        // "0" is the end for the original; an empty page or a token that does not move would never end.
        if (next === '' || next === '0' || next === after || tags.length === 0) return found
        after = next
      }
    },

    async tag(environment, name) {
      const path = environmentPath(environment, 'tags', name)
      return json<WireEnvironmentTag>(await send(connection, { method: 'GET', path }))
    },

    async createTag(environment, name, value) {
      const path = environmentPath(environment, 'tags')
      return json<WireEnvironmentTag>(await send(connection, { method: 'POST', path, json: { name, value } }))
    },

    async updateTag(environment, name, currentValue, next) {
      const path = environmentPath(environment, 'tags', name)
      const body = { currentTag: { name: '', value: currentValue }, newTag: next }
      return json<WireEnvironmentTag>(await send(connection, { method: 'PATCH', path, json: body }))
    },

    async deleteTag(environment, name) {
      await send(connection, { method: 'DELETE', path: environmentPath(environment, 'tags', name) })
    },

    async settings(environment) {
      const path = environmentPath(environment, 'settings')
      return json<WireSettings>(await send(connection, { method: 'GET', path }))
    },

    async updateSettings(environment, settings) {
      const path = environmentPath(environment, 'settings')
      await send(connection, { method: 'PATCH', path, json: settings })
    },
  }
}
