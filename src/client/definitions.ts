import type { DefinitionApi } from './api.ts'
import { json, listIn, revisionOf, unexpected } from './decode.ts'
import { ApiError } from './error.ts'
import { environmentPath, organizationPath } from './paths.ts'
import { type Connection, diagnosticsOf, refusal, request, send } from './send.ts'
import type { HttpResponse } from './transport.ts'
import { decodeEnvironment } from './values.ts'
import type { Definition, WireEnvironmentSummary, WriteResult } from './wire.ts'

interface ListPage {
  readonly environments?: readonly WireEnvironmentSummary[]
  readonly nextToken?: string | null
}

/** The routes of environments and their definitions (contract §3, §4). */
export function definitionApi(connection: Connection): DefinitionApi {
  return {
    async listEnvironments(organization) {
      const path = organization === undefined ? '/api/esc/environments' : organizationPath(organization)
      const found: WireEnvironmentSummary[] = []
      let continuationToken: string | undefined
      do {
        const response = await send(connection, { method: 'GET', path, query: { continuationToken } })
        const page = json<ListPage>(response)
        const environments = listIn<WireEnvironmentSummary>(response, page.environments)
        if (!environments.every(({ name }) => typeof name === 'string')) throw unexpected(response)
        found.push(...environments)
        continuationToken = page.nextToken || undefined
      } while (continuationToken !== undefined)
      return found
    },

    async createEnvironment({ organization, project, name }, confirmSubject) {
      await send(connection, {
        method: 'POST',
        path: organizationPath(organization),
        json: { project, name },
        ...(confirmSubject === undefined ? {} : { query: { confirmSubject } }),
      })
    },

    async deleteEnvironment(environment) {
      await send(connection, { method: 'DELETE', path: environmentPath(environment) })
    },

    async cloneEnvironment(source, target) {
      await send(connection, { method: 'POST', path: environmentPath(source, 'clone'), json: target })
    },

    async readDefinition(environment, { version, decrypt } = {}) {
      const rest = [...(version === undefined ? [] : ['versions', version]), ...(decrypt ? ['decrypt'] : [])]
      const response = await send(connection, { method: 'GET', path: environmentPath(environment, ...rest) })
      return definitionOf(response, revisionOf(response))
    },

    async updateDefinition(environment, source, etag) {
      return write(connection, environmentPath(environment), source, etag)
    },

    async checkDefinition(organization, source, options = {}) {
      const response = await request(connection, {
        method: 'POST',
        path: organizationPath(organization, 'yaml', 'check'),
        query: { showSecrets: options.showSecrets ?? false },
        bytes: source,
      })
      if (response.status === 200) return decodeEnvironment(response)
      const error = refusal(response, connection.token !== '')
      if (error.code !== 400 || error.diagnostics.length === 0) throw error
      return decodeEnvironment(response)
    },
  }
}

/** The text of an answer, with its concurrency token. */
export function definitionOf(response: HttpResponse, revision: number): Definition {
  return { source: response.body, etag: response.headers['etag'] ?? '', revision }
}

async function write(
  connection: Connection,
  path: string,
  source: Uint8Array,
  etag: string | undefined,
): Promise<WriteResult> {
  const headers = etag === undefined || etag === '' ? {} : { etag }
  try {
    const response = await send(connection, { method: 'PATCH', path, bytes: source, headers })
    const diagnostics = diagnosticsOf(response.body.length === 0 ? null : json(response))
    return { diagnostics, stored: true, revision: revisionOf(response) }
  } catch (error) {
    if (!(error instanceof ApiError) || error.diagnostics.length === 0) throw error
    return { diagnostics: error.diagnostics, stored: false, revision: 0 }
  }
}
