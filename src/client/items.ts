import type * as api from './operations.ts'

/** What the lists that come in pages hold, by their operation. */
export interface Items {
  readonly ListEnvironments: api.ApiOrgEnvironment
  readonly ListOrgEnvironments: api.ApiOrgEnvironment
  readonly ListTags: api.ApiEnvironmentTag
  readonly ListRevisions: api.ApiEnvironmentRevision
  readonly ListRevisionTags: api.ApiEnvironmentRevisionTag
  readonly ListReferrers: { readonly version: string; readonly referrer: api.ApiReferrer }
  readonly ListVersionReferrers: api.ApiReferrer
  readonly ListChangeRequests: api.ApiChangeRequest
  readonly ListChangeRequestEvents: api.ApiChangeRequestEvents['events'][number]
  readonly ListAuditLog: api.ApiAuditLog['auditLogEvents'][number]
}

/** A page as far as it goes on: its items, and the query of the next page; null = it was the last. */
export interface Page {
  readonly items: readonly unknown[]
  readonly next: Readonly<Record<string, string | number>> | null
}

type Body = Readonly<Record<string, unknown>>

const at = (query: string, token: unknown): Page['next'] =>
  typeof token === 'string' && token !== '' ? { [query]: token } : null

const listOf = (value: unknown): readonly Body[] => (Array.isArray(value) ? (value as Body[]) : [])

/** An ordered list is over with its first empty page: the next one begins behind the last item of this one. */
const behind = (items: readonly Body[], query: string, member: string): Page => ({
  items,
  next: items.length === 0 ? null : { [query]: items.at(-1)?.[member] as string | number },
})

/** How each of the lists goes on; there are four ways (contract §1.6). */
export const pageReaders: Readonly<Record<keyof Items, (body: unknown) => Page>> = {
  ListEnvironments: environments,
  ListOrgEnvironments: environments,
  ListTags(body) {
    const { tags = {}, nextToken } = body as { tags?: Body; nextToken?: string }
    return { items: Object.values(tags), next: nextToken === '0' ? null : at('after', nextToken) }
  },
  ListRevisions: (body) => behind(listOf(body), 'before', 'number'),
  ListRevisionTags: (body) => behind(listOf((body as Body)['tags']), 'after', 'name'),
  ListReferrers(body) {
    const { referrers = {}, continuationToken } = body as { referrers?: Body; continuationToken?: string }
    const items = Object.entries(referrers).flatMap(([version, list]) =>
      listOf(list).map((referrer) => ({ version, referrer })),
    )
    return { items, next: at('continuationToken', continuationToken) }
  },
  ListVersionReferrers: (body) => ({
    items: listOf((body as Body)['referrers']),
    next: at('continuationToken', (body as Body)['nextToken']),
  }),
  ListChangeRequests: (body) => continued(body as Body, 'changeRequests'),
  ListChangeRequestEvents: (body) => continued(body as Body, 'events'),
  ListAuditLog: (body) => continued(body as Body, 'auditLogEvents'),
}

function environments(body: unknown): Page {
  const { environments: items, nextToken } = body as Body
  return { items: listOf(items), next: at('continuationToken', nextToken) }
}

function continued(body: Body, member: string): Page {
  return { items: listOf(body[member]), next: at('continuationToken', body['continuationToken']) }
}
