import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Whose rows a unit of work may touch, beside what the application asks for: those of a user's organizations, of one organization,
 * or all. A database that can hold a fence (PostgreSQL, row-level security) holds it; the rest of the store does not know of it.
 */
export type Tenant = { readonly userId: string } | { readonly organizationId: string } | 'all'

const current = new AsyncLocalStorage<Tenant>()

/** Runs `work`, and all that it waits for, within the fence of a tenant. */
export function withinTenant<T>(tenant: Tenant, work: () => T): T {
  return current.run(tenant, work)
}

/** Runs `work` outside any fence: for what is done for the whole installation in the middle of somebody's request (S-19). */
export function acrossTenants<T>(work: () => T): T {
  return current.run('all', work)
}

/** The fence that holds now. What no request brought about, such as work that time brings, has none. */
export function currentTenant(): Tenant {
  return current.getStore() ?? 'all'
}

/** A function that runs within the fence that holds now, whoever calls it later. */
export function keepTenant<Given extends readonly unknown[], T>(
  work: (...given: Given) => T,
): (...given: Given) => T {
  const tenant = currentTenant()
  return (...given) => current.run(tenant, () => work(...given))
}
