import { z } from 'zod'
import { type EvaluatedText, type OpenedSession, valuesOf } from '../../service/index.ts'
import { type Answer, json, jsonBytes, withMembers } from '../answer.ts'
import { flag, text } from '../query.ts'
import type { RequestHeaders } from '../request.ts'
import { environmentRoute, organizationRoute, type Route } from '../route.ts'
import { checkedEnvironment, environmentOrValue, openSession } from '../schemas/values.ts'
import { renderDiagnostics, renderWarnings } from '../wire.ts'

const checkQuery = z.object({ showSecrets: flag() })
const openQuery = z.object({ duration: text() })
const readQuery = z.object({ property: text() })

/** Checking, opening and reading what was opened (contract §4). */
export const openingRoutes: readonly Route[] = [
  organizationRoute({
    id: 'CheckYaml',
    method: 'POST',
    path: '/api/esc/environments/{org}/yaml/check',
    needs: 'environment_yaml:check',
    summary: 'Checks a text that belongs to no environment',
    query: checkQuery,
    body: 'yaml',
    answers: { 200: checkedEnvironment },
    run: async ({ access, query, body, service }) => checked(await service.checks.text(access, body, query)),
  }),
  organizationRoute({
    id: 'OpenYaml',
    method: 'POST',
    path: '/api/esc/environments/{org}/yaml/open',
    needs: 'environment_yaml:open',
    summary: 'Opens a text that belongs to no environment',
    query: z.object({ duration: text(), environmentOverrides: text() }),
    body: 'yaml',
    answers: { 200: openSession },
    run: ({ access, query, body, headers, signal, service }) =>
      answerOpened(headers, (shown) =>
        service.sessions.openAnonymous(access, body, {
          duration: query.duration,
          overrides: query.environmentOverrides,
          signal,
          shown,
        }),
      ),
  }),
  organizationRoute({
    id: 'ReadOpenYaml',
    method: 'GET',
    path: '/api/esc/environments/{org}/yaml/open/{session}',
    needs: 'environment_yaml:open',
    summary: 'The result of an open text, or one value of it',
    query: readQuery,
    answers: { 200: environmentOrValue },
    run: async ({ access, query, parameters, service }) => {
      const id = parameters['session']!
      const { property } = query
      return property === undefined
        ? jsonBytes((await service.sessions.readAnonymous(access, id)).whole)
        : jsonBytes(`${await service.sessions.readAnonymousProperty(access, id, property)}\n`)
    },
  }),
  environmentRoute({
    id: 'CheckEnvironment',
    method: 'POST',
    path: '/check',
    needs: 'read',
    summary: 'Checks a text as if it were the environment’s; without one, the newest definition',
    query: checkQuery,
    body: 'yaml',
    answers: { 200: checkedEnvironment },
    run: async ({ access, query, body, service }) =>
      checked(
        body.length === 0
          ? await service.checks.stored(access, undefined, query)
          : await service.checks.proposed(access, body, query),
      ),
  }),
  environmentRoute({
    id: 'CheckEnvironmentAtVersion',
    method: 'POST',
    path: '/versions/{version}/check',
    needs: 'read',
    summary: 'Checks a stored revision',
    query: checkQuery,
    answers: { 200: checkedEnvironment },
    run: async ({ access, query, parameters, service }) =>
      checked(await service.checks.stored(access, parameters['version'], query)),
  }),
  environmentRoute({
    id: 'OpenEnvironment',
    method: 'POST',
    path: '/open',
    needs: 'open',
    summary: 'Evaluates the newest definition with its providers',
    query: openQuery,
    answers: { 200: openSession },
    run: ({ access, query, headers, signal, service }) =>
      answerOpened(headers, (shown) => service.sessions.open(access, undefined, { ...query, signal, shown })),
  }),
  environmentRoute({
    id: 'OpenEnvironmentAtVersion',
    method: 'POST',
    path: '/versions/{version}/open',
    needs: 'open',
    summary: 'Evaluates a revision with its providers',
    query: openQuery,
    answers: { 200: openSession },
    run: ({ access, query, parameters, headers, signal, service }) =>
      answerOpened(headers, (shown) =>
        service.sessions.open(access, parameters['version'], { ...query, signal, shown }),
      ),
  }),
  environmentRoute({
    id: 'ReadOpenEnvironment',
    method: 'GET',
    path: '/open/{session}',
    needs: 'open',
    summary: 'The result of an open, or one value of it',
    query: readQuery,
    answers: { 200: environmentOrValue },
    run: async ({ access, query, parameters, service }) => {
      const id = parameters['session']!
      const { property } = query
      return property === undefined
        ? jsonBytes((await service.sessions.read(access, id)).whole)
        : jsonBytes(`${await service.sessions.readProperty(access, id, property)}\n`)
    },
  }),
]

const representation = 'return=representation'

/**
 * The id of an open; with it the values, when the request prefers its representation (RFC 7240): one round trip and one entry
 * in the trail for what takes two otherwise, and the warnings, for which the strict answer has no place. The rest of the result,
 * which is larger, is there to be read.
 */
export async function answerOpened(
  headers: RequestHeaders,
  open: (shown: boolean) => Promise<OpenedSession>,
): Promise<Answer> {
  const shown = (headers.get('prefer') ?? '')
    .split(',')
    .some((preference) => preference.replace(/;.*/, '').trim().toLowerCase() === representation)
  const { id, text, warnings } = await open(shown)
  if (!shown) return json({ id })
  const values = valuesOf(text())
  const environment = values === '' ? '{}' : `{"properties":${values}}`
  const found = warnings.length === 0 ? '' : `,"diagnostics":${JSON.stringify(renderDiagnostics(warnings))}`
  return jsonBytes(`{"id":${JSON.stringify(id)},"environment":${environment}${found}}\n`, {
    'preference-applied': representation,
  })
}

function checked({ text, diagnostics }: EvaluatedText): Answer {
  return jsonBytes(withMembers(text.whole, renderWarnings(diagnostics)))
}
