import { z } from 'zod'
import { AppError } from '../../diag/index.ts'
import { schemaToJson } from '../../schema/index.ts'
import type { Caller, OrganizationAccess, Service } from '../../service/index.ts'
import { plain } from '../../service/index.ts'
import { json, jsonValue } from '../answer.ts'
import { text } from '../query.ts'
import { callerRoute, type Route } from '../route.ts'
import { providerList, providerSchema, rotatorList, rotatorSchema } from '../schemas/providers.ts'

const query = z.object({ orgName: text() })

/** The catalogue of providers and rotators (contract §10). */
export const providerRoutes: readonly Route[] = [
  callerRoute({
    id: 'ListProviders',
    method: 'GET',
    path: '/api/esc/providers',
    summary: 'Providers by name',
    query,
    answers: { 200: providerList },
    run: async ({ service }) =>
      json({ providers: service.providers.catalogue.providers.map(({ name }) => name).sort() }),
  }),
  callerRoute({
    id: 'GetProviderSchema',
    method: 'GET',
    path: '/api/esc/providers/{name}/schema',
    summary: 'What a provider takes and gives',
    query,
    answers: { 200: providerSchema },
    run: async ({ access, parameters, query: { orgName }, service }) => {
      const place = await placeOf(service, access, orgName)
      const { name, description, provider } = await service.providers.provider(place, parameters['name']!)
      return jsonValue(
        plain({
          name,
          description,
          inputs: schemaToJson(provider.inputs),
          outputs: schemaToJson(provider.outputs),
        }),
      )
    },
  }),
  callerRoute({
    id: 'ListRotators',
    method: 'GET',
    path: '/api/esc/rotators',
    summary: 'Rotators by name',
    query,
    answers: { 200: rotatorList },
    run: async ({ service }) =>
      json({ rotators: service.providers.catalogue.rotators.map(({ name }) => name).sort() }),
  }),
  callerRoute({
    id: 'GetRotatorSchema',
    method: 'GET',
    path: '/api/esc/rotators/{name}/schema',
    summary: 'What a rotator takes, keeps and gives',
    query,
    answers: { 200: rotatorSchema },
    run: async ({ access, parameters, query: { orgName }, service }) => {
      const place = await placeOf(service, access, orgName)
      const { name, description, rotator } = await service.providers.rotator(place, parameters['name']!)
      return jsonValue(
        plain({
          name,
          description,
          inputs: schemaToJson(rotator.inputs),
          state: schemaToJson(rotator.state),
          outputs: schemaToJson(rotator.outputs),
        }),
      )
    },
  }),
]

/** Schemas are the same everywhere; without `orgName` the caller's first organization will do. */
async function placeOf(
  service: Service,
  caller: Caller,
  orgName: string | undefined,
): Promise<OrganizationAccess> {
  const { organizations } = await service.people.profile(caller)
  const name = orgName ?? organizations[0]?.organization.name
  if (name === undefined) throw new AppError('ORGANIZATION_NOT_FOUND', { organization: '' })
  return await service.environments.authorizeOrganization(caller, 'environment:list', name)
}
