import { AppError } from '../../diag/index.ts'
import type { IssuerKey } from '../../service/index.ts'
import { type Answer, json } from '../answer.ts'
import { callerRoute, type Route } from '../route.ts'
import { signingKeyList } from '../schemas/audit.ts'

const keys = '/api/server/oidc/keys'

/** The states of the issuers' keys, and what one may do to them; for administrators of the installation. */
export const signingKeyRoutes: readonly Route[] = [
  callerRoute({
    id: 'ListSigningKeys',
    method: 'GET',
    path: keys,
    summary: 'The keys of both issuers: states and times, never a key',
    answers: { 200: signingKeyList },
    run: async ({ access, service }) => listOf(await service.signingKeys.list(access)),
  }),
  callerRoute({
    id: 'RotateSigningKey',
    method: 'POST',
    path: `${keys}/{issuer}/rotate`,
    summary: 'Lets the next key sign, once it was published for long enough',
    answers: { 200: signingKeyList },
    run: async ({ access, parameters, service }) =>
      listOf(await service.signingKeys.rotate(access, issuerOf(parameters))),
  }),
  callerRoute({
    id: 'RevokeSigningKey',
    method: 'DELETE',
    path: `${keys}/{issuer}/{kid}`,
    summary: 'Takes a key out of use at once; tokens that it signed fail as soon as verifiers notice',
    answers: { 200: signingKeyList },
    run: async ({ access, parameters, service }) =>
      listOf(await service.signingKeys.revoke(access, issuerOf(parameters), parameters['kid']!)),
  }),
]

function issuerOf({ issuer = '' }: Readonly<Record<string, string>>): 'v1' | 'v2' {
  if (issuer === 'v1' || issuer === 'v2') return issuer
  throw new AppError('NOT_FOUND', { what: 'issuer', id: issuer.slice(0, 100) })
}

function listOf(found: readonly IssuerKey[]): Answer {
  const time = (ms: number | null) => (ms === null ? '' : new Date(ms).toISOString())
  return json({
    keys: found.map(({ issuer, kid, state, publishedMs, activatedMs, retiredMs }) => ({
      issuer,
      kid,
      state,
      published: time(publishedMs),
      activated: time(activatedMs),
      retired: time(retiredMs),
    })),
  })
}
