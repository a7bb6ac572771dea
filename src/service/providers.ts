import { AppError } from '../diag/index.ts'
import type { Provider, Rotator } from '../eval/index.ts'
import type { OrganizationAccess } from './access.ts'
import { createMintLedger } from './audit/mint-ledger.ts'
import { anonymousName } from './evaluate.ts'
import type { Catalogue, CatalogueEntry, ServiceParts } from './parts.ts'

/** The use cases of the catalogue. */
export interface Providers {
  readonly catalogue: Catalogue
  /** @throws AppError PROVIDER_NOT_FOUND */
  provider(
    access: OrganizationAccess,
    name: string,
  ): Promise<CatalogueEntry & { readonly provider: Provider }>
  /** @throws AppError PROVIDER_NOT_FOUND */
  rotator(access: OrganizationAccess, name: string): Promise<CatalogueEntry & { readonly rotator: Rotator }>
}

/** The use cases of the catalogue over the service's parts. */
export function createProviders(parts: ServiceParts): Providers {
  const catalogue = parts.catalogue ?? { providers: [], rotators: [] }
  const setFor = ({ caller, organization }: OrganizationAccess) =>
    parts.providers({
      caller,
      organization,
      root: null,
      rootName: anonymousName,
      ledger: createMintLedger(parts, { organizationId: organization.id, caller, environment: null }),
    })
  return {
    catalogue,
    async provider(access, name) {
      const entry = find(catalogue.providers, 'provider', name)
      return { ...entry, provider: await setFor(access).provider(name) }
    },
    async rotator(access, name) {
      const entry = find(catalogue.rotators, 'rotator', name)
      return { ...entry, rotator: await setFor(access).rotator(name) }
    },
  }
}

function find(entries: readonly CatalogueEntry[], what: string, name: string): CatalogueEntry {
  const entry = entries.find((candidate) => candidate.name === name)
  if (entry === undefined) throw new AppError('PROVIDER_NOT_FOUND', { what, name: name.slice(0, 100) })
  return entry
}
