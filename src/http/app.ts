import { Hono } from 'hono'
import { AppError } from '../diag/index.ts'
import {
  type Caller,
  createRateLimiter,
  createWindowLimiter,
  type LogEvent,
  type RateLimit,
  type Service,
  type WindowLimit,
  withinCaller,
} from '../service/index.ts'
import { requestSpan, traceIdOf } from '../tracing/index.ts'
import type { Answer } from './answer.ts'
import { type RequestTrail, requestTrail } from './audit.ts'
import { parseBody, readBody } from './body.ts'
import { addressKey, clientAddress, type IsProxy } from './client-address.ts'
import { accessToken, commonHeaders, requestIdHeader } from './headers.ts'
import { checkLimits } from './limits.ts'
import { openApi } from './openapi.ts'
import { canonicalPath, checkPath, checkTarget } from './path.ts'
import { problem, problemOf } from './problem.ts'
import { parseQuery } from './query.ts'
import type { Route } from './route.ts'
import { routes } from './routes/index.ts'
import { documentRoutes, type Issuer, issuerRoutes } from './routes/public.ts'

/** What the application is told besides the service. */
export interface AppOptions {
  /** A fresh id for each request. */
  readonly requestIds: () => string
  /** One event for each request, and one for each failure of our own; never a value, a body or a header. */
  readonly log?: (event: LogEvent) => void
  /** How many requests one token may make; absent = any number. */
  readonly rateLimit?: RateLimit
  /** How many requests without a valid token one address may make; absent = any number. */
  readonly addressLimit?: RateLimit
  /** How many opens one organization may make; absent = any number. */
  readonly openLimit?: RateLimit
  /** How many test events and repeated deliveries one environment's webhooks may send; absent = any number. */
  readonly testFireLimit?: WindowLimit
  /** Whether an address is that of a proxy whose `X-Forwarded-For` is believed; absent = none is. */
  readonly isProxy?: IsProxy
  /** The issuers whose discovery documents and keys are served here. */
  readonly issuers?: readonly Issuer[]
}

/**
 * The HTTP application: every route of the wire contract over the service. It opens no socket; hand `fetch` to a listener,
 * or call `request` with a Request.
 */
export function createApp(service: Service, options: AppOptions): Hono {
  const table = [...routes, ...documentRoutes(() => openApi(routes)), ...issuerRoutes(options.issuers ?? [])]
  return appOf(table, service, options)
}

/** Only what everybody may fetch: the issuers' discovery documents and keys, for a public listener of their own. */
export function createIssuerApp(service: Service, options: AppOptions): Hono {
  return appOf(issuerRoutes(options.issuers ?? []), service, options)
}

function appOf(table: readonly Route[], service: Service, options: AppOptions): Hono {
  const limits: Limits = {
    token: limiter(options.rateLimit, 'with this token'),
    address: limiter(options.addressLimit, 'from this address'),
    organization: limiter(options.openLimit, 'to open environments of this organization'),
    testFire:
      options.testFireLimit === undefined
        ? () => {}
        : createWindowLimiter(options.testFireLimit, 'deliveries a minute', 'asked for by hand'),
  }
  const isProxy = options.isProxy ?? (() => false)
  const addressOf = (request: Request, connection: Connection | undefined) =>
    clientAddress(connection?.remoteAddress ?? '', request.headers.get('x-forwarded-for'), isProxy)
  const app = new Hono({ getPath: (request) => canonicalPath(request.url) })
  for (const route of table) {
    // A HEAD request takes the GET route, and its answer loses the body.
    if (route.method === 'HEAD') continue
    app.on(route.method, honoPath(route.path), (c) =>
      respond(c.req.raw, c.env as Connection | undefined, route, options, (request, requestId) => {
        const parameters = c.req.param()
        const trail = requestTrail(service, route, parameters, {
          id: requestId,
          clientAddress: addressOf(request, c.env as Connection | undefined),
          userAgent: request.headers.get('user-agent') ?? '',
          traceparent: request.headers.get('traceparent') ?? undefined,
        })
        return audited(trail, route, () => handle(route, parameters, request, service, { limits, trail }))
      }),
    )
  }
  app.notFound((c) =>
    respond(c.req.raw, c.env as Connection | undefined, null, options, async (request) => {
      if (!request.headers.has('authorization')) {
        limits.address(addressKey(addressOf(request, c.env as Connection | undefined)))
      }
      return refuseRoute(table, request)
    }),
  )
  return app
}

/** What the listener knows of a connection; handed to `fetch` beside the request. */
export interface Connection {
  readonly remoteAddress?: string
  /** The request target as it was sent: a URL no longer shows its dot segments. */
  readonly target?: string
  /** Header names and values in turn, as they were sent: joined ones no longer show how many there were. */
  readonly rawHeaders?: readonly string[]
}

async function audited(trail: RequestTrail, { problem }: Route, run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run()
  } catch (error) {
    await trail.refused(error)
    if (problem !== undefined && error instanceof AppError && error.kind === 'invalid') return problem(error)
    throw error
  }
}

function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1')
}

/** Runs a handler between the limits before it and the headers, problems and log behind it. */
async function respond(
  request: Request,
  connection: Connection | undefined,
  route: Route | null,
  options: AppOptions,
  run: (request: Request, requestId: string) => Promise<Answer>,
): Promise<Response> {
  const requestId = options.requestIds()
  const operation = route?.id ?? ''
  let answer: Answer
  try {
    const refused = checkLimits(request, connection?.rawHeaders)
    if (refused === null) checkTarget(connection?.target)
    answer = refused ?? (await traced(request, route, requestId, run))
  } catch (error) {
    answer = problemOf(error)
    if (answer.status >= 500) {
      options.log?.({ level: 'error', event: 'request-failed', requestId, error })
    }
  }
  const traceId = traceIdOf(request.headers.get('traceparent'))
  options.log?.({
    level: 'info',
    event: 'request',
    requestId,
    operation,
    method: request.method,
    path: canonicalPath(request.url),
    status: answer.status,
    ...(traceId === undefined ? {} : { traceId }),
  })
  return new Response(answer.body as ConstructorParameters<typeof Response>[0], {
    status: answer.status,
    headers: { ...commonHeaders, [requestIdHeader]: requestId, ...answer.headers },
  })
}

function traced(
  request: Request,
  route: Route | null,
  requestId: string,
  run: (request: Request, requestId: string) => Promise<Answer>,
): Promise<Answer> {
  const facts = {
    'http.request.method': request.method,
    'openesc.request_id': requestId,
    ...(route === null ? {} : { 'http.route': route.path, 'openesc.operation': route.id }),
  }
  return requestSpan(request.headers, facts, async (span) => {
    const answer = await run(request, requestId).catch((error: unknown) => {
      span.tell({ 'http.response.status_code': problemOf(error).status })
      throw error
    })
    span.tell({ 'http.response.status_code': answer.status })
    return answer
  })
}

interface Limits {
  readonly token: (key: string) => void
  readonly address: (key: string) => void
  readonly organization: (key: string) => void
  readonly testFire: (key: string) => void
}

function limiter(limit: RateLimit | undefined, per: string): (key: string) => void {
  return limit === undefined ? () => {} : createRateLimiter(limit, per)
}

interface Guards {
  readonly limits: Limits
  readonly trail: RequestTrail
}

async function handle(
  route: Route,
  parameters: Readonly<Record<string, string>>,
  request: Request,
  service: Service,
  guards: Guards,
): Promise<Answer> {
  checkPath(canonicalPath(request.url))
  const caller = await authenticate(route, request, service, guards)
  // From here on the store shows what belongs to the caller's organizations, and nothing else (S-19).
  return await withinCaller(caller, () => answerTo(caller, route, parameters, request, service, guards))
}

async function answerTo(
  caller: Caller | null,
  route: Route,
  parameters: Readonly<Record<string, string>>,
  request: Request,
  service: Service,
  guards: Guards,
): Promise<Answer> {
  const access = caller === null ? null : await prove(route, parameters, caller, service, guards)
  const query = parseQuery(route.query, new URL(request.url).searchParams)
  const bytes = route.body === 'none' ? new Uint8Array(0) : await readBody(request)
  const answer = await route.run({
    access,
    parameters,
    query,
    body: parseBody(route, bytes),
    headers: request.headers,
    signal: request.signal,
    service,
  })
  await guards.trail.answered(access)
  return answer
}

/** Who calls, before anything of the request is looked at; `null` where anybody may. */
async function authenticate(
  { id, permission }: Route,
  request: Request,
  service: Service,
  { limits, trail }: Guards,
): Promise<Caller | null> {
  const address = addressKey(trail.request.clientAddress)
  if (permission === 'public') {
    if (!unlimited.test(id)) limits.address(address)
    return null
  }
  const token = accessToken(request.headers.get('authorization') ?? undefined)
  const caller = await service.callers.authenticate(token, trail.request).catch((error: unknown) => {
    limits.address(address)
    throw error
  })
  trail.caller = caller
  limits.token(caller.token.id)
  return caller
}

/** That the caller may: before anything else of the request is looked at. */
async function prove(
  route: Route,
  { org = '', project = '', env = '' }: Readonly<Record<string, string>>,
  caller: Caller,
  service: Service,
  { limits }: Guards,
): Promise<unknown> {
  const { permission } = route
  if (permission === 'caller' || permission === 'public') return caller
  if ('organization' in permission) {
    const access = await service.environments.authorizeOrganization(caller, permission.organization, org)
    if (permission.organization === 'environment_yaml:open' && route.method === 'POST') {
      limits.organization(access.organization.id)
    }
    return access
  }
  const name = { organization: org, project, name: env }
  const access = await service.environments.authorize(caller, permission.environment, name)
  if (permission.environment === 'open' && route.method === 'POST') {
    limits.organization(access.organization.id)
  }
  if (testFires.has(route.id)) limits.testFire(access.environment.id)
  return access
}

/** Health is asked for by address and often, and the documents of the issuers are for everybody at any time. */
const unlimited = /^(?:Healthz|Livez|Readyz|Discovery|Jwks)/

/** Routes that make the server call out at once, whenever somebody says so (S-52). */
const testFires: ReadonlySet<string> = new Set(['PingWebhook', 'RedeliverWebhook'])

/** No such route, or not with this method. */
function refuseRoute(table: readonly Route[], request: Request): Answer {
  const path = canonicalPath(request.url)
  checkPath(path)
  // The path with the fewest parameters is the one that was meant.
  const matching = table.filter((route) => pattern(route.path).test(path))
  const fewest = Math.min(...matching.map(parameterCount))
  const allowed = new Set(
    matching.filter((route) => parameterCount(route) === fewest).map(({ method }) => method),
  )
  if (allowed.size === 0) {
    throw new AppError('ROUTE_NOT_FOUND', { method: request.method, path: path.slice(0, 200) })
  }
  if (allowed.has('GET')) allowed.add('HEAD')
  const list = [...allowed].sort().join(', ')
  return problem(405, {
    message: `Method Not Allowed: ${request.method} is not one of ${list}`,
    reason: 'method_not_allowed',
    headers: { allow: list },
  })
}

function parameterCount({ path }: Route): number {
  return path.split('{').length
}

function pattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`)
}
