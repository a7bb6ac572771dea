import { AppError } from '../diag/index.ts'
import {
  type Caller,
  type Counting,
  countedHere,
  type Limiter,
  type LogEvent,
  type OrganizationAccess,
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
import { problemOf } from './problem.ts'
import { parseQuery } from './query.ts'
import type { Connection, HttpRequest, Sent } from './request.ts'
import type { Route } from './route.ts'
import { createRouter, type Match } from './router.ts'
import { loginPages } from './routes/device-login-page.ts'
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
  /** How requests are counted against these limits; absent = by this server alone. */
  readonly counting?: Counting
  /** How many logins in a browser one address may begin; absent = any number. */
  readonly loginLimit?: WindowLimit
  /** Whether an address is that of a proxy whose `X-Forwarded-For` is believed; absent = none is. */
  readonly isProxy?: IsProxy
  /** The issuers whose discovery documents and keys are served here. */
  readonly issuers?: readonly Issuer[]
}

/** The HTTP application. It opens no socket. */
export interface App {
  /** Answers a request, whatever happens. */
  answer(request: HttpRequest, connection?: Connection): Promise<Sent>
  /** The same in the platform's terms, for callers in this process. */
  readonly fetch: (request: Request, connection?: Connection) => Promise<Response>
}

/** The HTTP application: every route of the wire contract over the service. */
export function createApp(service: Service, options: AppOptions): App {
  const documents = documentRoutes(() => openApi(routes))
  const table = [...routes, ...documents, ...loginPages, ...issuerRoutes(options.issuers ?? [])]
  return appOf(table, service, options)
}

/** Only what everybody may fetch: the issuers' discovery documents and keys, for a public listener of their own. */
export function createIssuerApp(service: Service, options: AppOptions): App {
  return appOf(issuerRoutes(options.issuers ?? []), service, options)
}

function appOf(table: readonly Route[], service: Service, options: AppOptions): App {
  const limits = limitsOf(options)
  const isProxy = options.isProxy ?? (() => false)
  const router = createRouter(table)
  const answer = async (request: HttpRequest, connection: Connection = {}): Promise<Sent> => {
    const path = canonicalPath(request.url)
    const match = router.match(request.method, path)
    const address = () =>
      clientAddress(connection.remoteAddress ?? '', request.headers.get('x-forwarded-for'), isProxy)
    const asked: Asked = { request, path, connection, route: match?.route ?? null }
    return await respond(asked, options, async (requestId) => {
      if (match === null) {
        if (request.headers.get('authorization') === null) await limits.address(addressKey(address()))
        return router.refuse(request.method, path)
      }
      const { route, parameters } = match
      const { headers } = request
      const trail = requestTrail(service, route, parameters, {
        id: requestId,
        clientAddress: address(),
        userAgent: headers.get('user-agent') ?? '',
        traceparent: headers.get('traceparent') ?? undefined,
      })
      return await audited(trail, route, () => handle(match, asked, service, { limits, trail }))
    })
  }
  return {
    answer,
    fetch: async (request, connection) => {
      const { status, headers, body } = await answer(request, connection)
      const shown = request.method === 'HEAD' ? null : body
      return new Response(shown as ConstructorParameters<typeof Response>[0], { status, headers })
    },
  }
}

/** A request on its way. */
interface Asked {
  readonly request: HttpRequest
  /** In its canonical form. */
  readonly path: string
  readonly connection: Connection
  /** Null when no route takes it. */
  readonly route: Route | null
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

/** Runs a handler between the limits before it and the headers, problems and log behind it. */
async function respond(
  asked: Asked,
  options: AppOptions,
  run: (requestId: string) => Promise<Answer>,
): Promise<Sent> {
  const { request, path, connection, route } = asked
  const requestId = options.requestIds()
  const operation = route?.id ?? ''
  let answer: Answer
  try {
    const refused = checkLimits(request, connection.rawHeaders)
    if (refused === null) checkTarget(connection.target)
    answer = refused ?? (await traced(asked, requestId, run))
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
    path,
    status: answer.status,
    ...(traceId === undefined ? {} : { traceId }),
  })
  return {
    status: answer.status,
    headers: { ...commonHeaders, [requestIdHeader]: requestId, ...answer.headers },
    body: answer.body,
  }
}

function traced(
  { request, route }: Asked,
  requestId: string,
  run: (requestId: string) => Promise<Answer>,
): Promise<Answer> {
  const facts = {
    'http.request.method': request.method,
    'openesc.request_id': requestId,
    ...(route === null ? {} : { 'http.route': route.path, 'openesc.operation': route.id }),
  }
  return requestSpan(request.headers, facts, async (span) => {
    const answer = await run(requestId).catch((error: unknown) => {
      span.tell({ 'http.response.status_code': problemOf(error).status })
      throw error
    })
    span.tell({ 'http.response.status_code': answer.status })
    return answer
  })
}

interface Limits {
  readonly token: Limiter
  readonly address: Limiter
  readonly organization: Limiter
  readonly testFire: Limiter
  readonly login: Limiter
}

function limitsOf(options: AppOptions): Limits {
  const counting = options.counting ?? countedHere
  const rate = (name: string, limit: RateLimit | undefined, per: string): Limiter =>
    limit === undefined ? () => {} : counting.rate(name, limit, per)
  const { testFireLimit, loginLimit } = options
  return {
    token: rate('token', options.rateLimit, 'with this token'),
    address: rate('address', options.addressLimit, 'from this address'),
    organization: rate('opens', options.openLimit, 'to open environments of this organization'),
    testFire:
      testFireLimit === undefined
        ? () => {}
        : counting.window('deliveries', testFireLimit, 'deliveries a minute', 'asked for by hand'),
    login:
      loginLimit === undefined
        ? () => {}
        : counting.window('logins', loginLimit, 'logins a minute', 'begun from this address'),
  }
}

interface Guards {
  readonly limits: Limits
  readonly trail: RequestTrail
}

async function handle(
  match: Match,
  { request, path }: Asked,
  service: Service,
  guards: Guards,
): Promise<Answer> {
  checkPath(path)
  const caller = await authenticate(match.route, request, service, guards)
  // From here on the store shows what belongs to the caller's organizations, and nothing else (S-19).
  return await withinCaller(caller, () => answerTo(caller, match, request, service, guards))
}

async function answerTo(
  caller: Caller | null,
  { route, parameters }: Match,
  request: HttpRequest,
  service: Service,
  guards: Guards,
): Promise<Answer> {
  const access = caller === null ? null : await prove(route, parameters, caller, service, guards)
  const query = parseQuery(route.query, request.url)
  const bytes = route.body === 'none' ? new Uint8Array(0) : await readBody(request)
  const body = parseBody(route, bytes)
  if (caller !== null && route.isDangerous?.(body)) await requireFresh(route, access, caller, service)
  const answer = await route.run({
    access,
    parameters,
    query,
    body,
    headers: request.headers,
    sender: guards.trail.request,
    // Made for those alone who ask: most answers are there before anybody can have gone.
    get signal() {
      return request.signal
    },
    service,
  })
  await guards.trail.answered(access)
  return answer
}

/** Who calls, before anything of the request is looked at; `null` where anybody may. */
async function authenticate(
  { id, permission }: Route,
  request: HttpRequest,
  service: Service,
  { limits, trail }: Guards,
): Promise<Caller | null> {
  const limitAddress = () => limits.address(addressKey(trail.request.clientAddress))
  if (permission === 'public') {
    if (!unlimited.test(id)) await limitAddress()
    if (id === 'StartDeviceLogin') await limits.login(addressKey(trail.request.clientAddress))
    return null
  }
  const token = accessToken(request.headers.get('authorization') ?? undefined)
  const caller = await service.callers.authenticate(token, trail.request).catch(async (error: unknown) => {
    await limitAddress()
    throw error
  })
  trail.caller = caller
  await limits.token(caller.token.id)
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
      await limits.organization(access.organization.id)
    }
    return access
  }
  const name = { organization: org, project, name: env }
  const access = await service.environments.authorize(caller, permission.environment, name)
  if (permission.environment === 'open' && route.method === 'POST') {
    await limits.organization(access.organization.id)
  }
  if (testFires.has(route.id)) await limits.testFire(access.environment.id)
  return access
}

/** A route in an organization goes by its rule. */
async function requireFresh(
  { permission }: Route,
  access: unknown,
  caller: Caller,
  service: Service,
): Promise<void> {
  if (typeof permission === 'string') service.freshLogins.requireOfSession(caller)
  // The application proved it for this very kind of route.
  else await service.freshLogins.require(access as OrganizationAccess)
}

/** Health is asked for by address and often, and the documents of the issuers are for everybody at any time. */
const unlimited = /^(?:Healthz|Livez|Readyz|Discovery|Jwks)/

/** Routes that make the server call out at once, whenever somebody says so (S-52). */
const testFires: ReadonlySet<string> = new Set(['PingWebhook', 'RedeliverWebhook'])
