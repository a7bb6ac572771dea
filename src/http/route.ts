import type { z } from 'zod'
import type { AppError } from '../diag/index.ts'
import type {
  AuditedRequest,
  Caller,
  EnvironmentAccess,
  EnvironmentPermission,
  OrganizationAccess,
  OrganizationPermission,
  Service,
} from '../service/index.ts'
import type { Answer } from './answer.ts'
import type { RequestHeaders } from './request.ts'

/** The methods that routes answer. */
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * Who may use a route (S-17). There is no default: a route without one does not compile.
 * `public` needs no token, `caller` any valid one; the others name the permission on the thing in the path.
 */
export type RoutePermission =
  | 'public'
  | 'caller'
  | { readonly organization: OrganizationPermission }
  | { readonly environment: EnvironmentPermission }

/** What a route's body is; decided by the route, never by the Content-Type. */
export type BodyKind = 'none' | 'yaml' | 'json'

/** The most bytes that a definition and every other body may have. */
export const bodyLimit = 1_048_576

/** How one answer looks, for the published document: a JSON schema, YAML or other text, or no body. */
export type AnswerShape = z.ZodType | 'yaml' | 'text' | 'empty'

type QueryShape = z.ZodObject<Record<string, z.ZodType>>

/** What the handler of a route gets: everything proved and parsed. */
export interface RouteRequest<Access, Query, Body> {
  readonly access: Access
  readonly parameters: Readonly<Record<string, string>>
  readonly query: Query
  readonly body: Body
  readonly headers: RequestHeaders
  /** Who sends it from where, for the trail. */
  readonly sender: AuditedRequest
  readonly signal: AbortSignal
  readonly service: Service
}

interface RouteHead {
  /** The operation's name in the published document. */
  readonly id: string
  readonly method: Method
  readonly summary: string
  readonly answers: Readonly<Record<number, AnswerShape>>
  /** The answer to a refused request where another protocol than ours says how it looks. */
  readonly problem?: (error: AppError) => Answer
}

/** A route as the application and the published document see it. */
export interface Route extends RouteHead {
  readonly path: string
  readonly permission: RoutePermission
  readonly query: QueryShape | null
  readonly body: BodyKind
  /** The schema of a JSON body. */
  readonly bodySchema: z.ZodType | null
  /** An absent body counts as `{}`. */
  readonly bodyOptional: boolean
  /** The body may also be a form. */
  readonly bodyForm: boolean
  /** Null = never. */
  readonly isDangerous: ((body: unknown) => boolean) | null
  readonly run: (request: RouteRequest<unknown, unknown, unknown>) => Promise<Answer>
}

/** The part of a route that the four kinds share. */
export interface RouteDefinition<Access, Query extends QueryShape, Body> extends RouteHead {
  /**
   * Whether this gives rights, lets data out or somebody in, and so may ask for a fresh login (S-24); taking rights away never
   * does. Absent = no.
   */
  readonly isDangerous?: (body: Body) => boolean
  readonly path: string
  readonly query?: Query
  readonly body?: 'yaml' | z.ZodType<Body>
  readonly bodyOptional?: boolean
  readonly bodyForm?: boolean
  readonly run: (request: RouteRequest<Access, z.output<Query>, Body>) => Promise<Answer>
}

type NoQuery = z.ZodObject<Record<never, never>>

/** A route that needs no token. */
export function publicRoute<Query extends QueryShape = NoQuery, Body = Uint8Array>(
  definition: RouteDefinition<null, Query, Body>,
): Route {
  return routeOf('public', definition.path, definition)
}

/** A route for every caller with a valid token. */
export function callerRoute<Query extends QueryShape = NoQuery, Body = Uint8Array>(
  definition: RouteDefinition<Caller, Query, Body>,
): Route {
  return routeOf('caller', definition.path, definition)
}

/** A route that needs a permission in the organization `{org}` of its path. */
export function organizationRoute<Query extends QueryShape = NoQuery, Body = Uint8Array>(
  definition: RouteDefinition<OrganizationAccess, Query, Body> & { readonly needs: OrganizationPermission },
): Route {
  return routeOf({ organization: definition.needs }, definition.path, definition)
}

/** The path of one environment. */
export const environmentPath = '/api/esc/environments/{org}/{project}/{env}'

/** A route that needs a permission on the environment of its path; `path` is what follows the environment. */
export function environmentRoute<Query extends QueryShape = NoQuery, Body = Uint8Array>(
  definition: RouteDefinition<EnvironmentAccess, Query, Body> & { readonly needs: EnvironmentPermission },
): Route {
  return routeOf({ environment: definition.needs }, `${environmentPath}${definition.path}`, definition)
}

function routeOf<Access, Query extends QueryShape, Body>(
  permission: RoutePermission,
  path: string,
  definition: RouteDefinition<Access, Query, Body>,
): Route {
  const { id, method, summary, answers, query, body, bodyOptional = false, run } = definition
  return {
    id,
    method,
    summary,
    answers,
    path,
    permission,
    query: query ?? null,
    body: body === undefined ? 'none' : body === 'yaml' ? 'yaml' : 'json',
    bodySchema: body === undefined || body === 'yaml' ? null : body,
    bodyOptional,
    bodyForm: definition.bodyForm ?? false,
    // As with `run`, the body was parsed by this route's own schema.
    isDangerous: (definition.isDangerous as Route['isDangerous'] | undefined) ?? null,
    ...(definition.problem === undefined ? {} : { problem: definition.problem }),
    // The application proves the access and parses by this route's own schemas before it calls this.
    run: run as Route['run'],
  }
}
