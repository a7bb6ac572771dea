import { z } from 'zod'
import { AppError } from '../../diag/index.ts'
import type { Referrer } from '../../service/index.ts'
import { json } from '../answer.ts'
import { cursor, flag, text } from '../query.ts'
import { environmentRoute, type Route } from '../route.ts'
import { flatReferrerList, referrerList } from '../schemas/webhooks.ts'

/** Who uses an environment (contract §10). */
export const referrerRoutes: readonly Route[] = [
  environmentRoute({
    id: 'ListReferrers',
    method: 'GET',
    path: '/referrers',
    needs: 'read',
    summary: 'Environments that import this one, by the revision or tag that they name',
    query: z.object({
      count: text(),
      continuationToken: cursor(),
      allRevisions: flag(),
      latestStackVersionOnly: flag(),
    }),
    answers: { 200: referrerList },
    run: async ({ access, query, service }) => {
      const { referrers, continuationToken } = await service.referrers.list(access, {
        count: countOf(query.count),
        continuationToken: query.continuationToken,
        allRevisions: query.allRevisions,
      })
      const byVersion: Record<string, object[]> = Object.create(null)
      for (const referrer of referrers) {
        byVersion[referrer.version] ??= []
        byVersion[referrer.version]!.push(render(referrer))
      }
      return json({ referrers: byVersion, ...(continuationToken === null ? {} : { continuationToken }) })
    },
  }),
  environmentRoute({
    id: 'ListVersionReferrers',
    method: 'GET',
    path: '/versions/{version}/referrers',
    needs: 'read',
    summary: 'The same for one version, as a flat list',
    query: z.object({ count: text(), continuationToken: cursor() }),
    answers: { 200: flatReferrerList },
    run: async ({ access, parameters, query, service }) => {
      const { referrers, continuationToken } = await service.referrers.list(access, {
        count: countOf(query.count),
        continuationToken: query.continuationToken,
        version: parameters['version']!,
      })
      return json({
        referrers: referrers.map(render),
        ...(continuationToken === null ? {} : { nextToken: continuationToken }),
      })
    },
  }),
]

/** @throws AppError REQUEST_INVALID in the words that clients know */
function countOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  const count = /^[0-9]{1,4}$/.test(given) ? Number(given) : 0
  if (count < 1 || count > 500) {
    throw new AppError('REQUEST_INVALID', { what: 'count must be in the range [1, 500]', hint: '' })
  }
  return count
}

function render({ project, name, revision }: Referrer): object {
  return { environment: { project, name, revision } }
}
