import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Answer, json, textAnswer } from '../answer.ts'
import { openApiPage, openApiStyle, type PublishedDocument } from '../openapi-page.ts'
import { publicRoute, type Route } from '../route.ts'
import { capabilities, cliVersion } from '../schemas/identity.ts'

/** An issuer as it is served: its two documents never need the database. */
export interface Issuer {
  /** Where it lives on this server: `/oidc` or `/oidc/v2`. */
  readonly path: string
  readonly discovery: () => object | Promise<object>
  readonly jwks: () => object | Promise<object>
}

const anyDocument = z.looseObject({})

/** Routes that say nothing about anybody. */
export const publicRoutes: readonly Route[] = [
  publicRoute({
    id: 'GetCapabilities',
    method: 'GET',
    path: '/api/capabilities',
    summary: 'What the server offers beyond the contract',
    answers: { 200: capabilities },
    run: async () => json({ capabilities: [] }),
  }),
  publicRoute({
    id: 'GetCliVersion',
    method: 'GET',
    path: '/api/cli/version',
    summary: 'Versions for the upgrade hint of other command-line tools; always older than any of them',
    answers: { 200: cliVersion },
    run: async () => json({ latestVersion: '3.0.0', oldestWithoutWarning: '3.0.0', latestDevVersion: '' }),
  }),
  publicRoute({
    id: 'Healthz',
    method: 'GET',
    path: '/healthz',
    summary: 'Whether the process lives',
    answers: { 200: z.strictObject({ status: z.literal('ok') }) },
    run: async () => json({ status: 'ok' }),
  }),
  publicRoute({
    id: 'Livez',
    method: 'GET',
    path: '/livez',
    summary: 'Whether the process lives',
    answers: { 200: z.strictObject({ status: z.literal('ok') }) },
    run: async () => json({ status: 'ok' }),
  }),
  publicRoute({
    id: 'Readyz',
    method: 'GET',
    path: '/readyz',
    summary: 'Whether requests can be served now',
    answers: {
      200: z.strictObject({ status: z.literal('ok') }),
      503: z.looseObject({ code: z.literal(503) }),
    },
    run: async ({ service }) =>
      (await service.ready())
        ? json({ status: 'ok' })
        : json({ code: 503, message: 'not ready' }, { status: 503, headers: { 'retry-after': '1' } }),
  }),
]

/** The routes that serve the published description of all others, for programs and for people. */
export function documentRoutes(describe: () => PublishedDocument): readonly Route[] {
  // The table never changes, and anybody may ask at any rate.
  let made: PublishedDocument | undefined
  let page: string | undefined
  const document = () => {
    made ??= describe()
    return made
  }
  const pageText = () => {
    page ??= openApiPage(document())
    return page
  }
  const described = publicRoute({
    id: 'GetOpenApi',
    method: 'GET',
    path: '/api/esc/openapi.json',
    summary: 'This description',
    answers: { 200: anyDocument },
    run: async () => json(document()),
  })
  const readable = publicRoute({
    id: 'GetApiPage',
    method: 'GET',
    path: '/api/esc/docs',
    summary: 'This description as a page to read',
    answers: { 200: 'text' },
    run: async () => textAnswer(pageText(), 'text/html; charset=utf-8'),
  })
  const style = publicRoute({
    id: 'GetApiPageStyle',
    method: 'GET',
    path: '/api/esc/docs.css',
    summary: 'The style sheet of that page',
    answers: { 200: 'text' },
    run: async () => textAnswer(openApiStyle, 'text/css; charset=utf-8'),
  })
  return [described, readable, style]
}

const cors = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }

/** The discovery document and the keys of each issuer. */
export function issuerRoutes(issuers: readonly Issuer[]): readonly Route[] {
  return issuers.flatMap(({ path, discovery, jwks }) => [
    publicRoute({
      id: `Discovery${suffix(path)}`,
      method: 'GET',
      path: `${path}/.well-known/openid-configuration`,
      summary: 'The discovery document of an issuer',
      answers: { 200: anyDocument },
      run: async () =>
        json(await discovery(), { headers: { ...cors, 'cache-control': 'public, max-age=3600' } }),
    }),
    publicRoute({
      id: `Jwks${suffix(path)}`,
      method: 'GET',
      path: `${path}/.well-known/jwks`,
      summary: 'The public keys of an issuer',
      answers: { 200: anyDocument },
      run: async ({ headers }) => keys(await jwks(), headers.get('if-none-match')),
    }),
  ])
}

function suffix(path: string): string {
  return path.endsWith('/v2') ? 'V2' : 'V1'
}

/** The key set with a tag of its content, so that verifiers that ask often get little. */
function keys(document: object, held: string | null): Answer {
  const etag = `"${createHash('sha256').update(JSON.stringify(document)).digest('hex').slice(0, 32)}"`
  const headers = {
    ...cors,
    etag,
    'cache-control': 'public, max-age=300, stale-while-revalidate=300',
  }
  return held === etag ? { status: 304, headers, body: null } : json(document, { headers })
}
