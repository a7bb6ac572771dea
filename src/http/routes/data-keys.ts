import type { DataKeyStatus } from '../../service/index.ts'
import { type Answer, json } from '../answer.ts'
import { callerRoute, type Route } from '../route.ts'
import { dataKeyStatus, verifiedSeals } from '../schemas/audit.ts'

const keys = '/api/server/keys'

/** The keys that seal secrets: states and counts, never a key; for administrators of the installation. */
export const dataKeyRoutes: readonly Route[] = [
  callerRoute({
    id: 'GetDataKeys',
    method: 'GET',
    path: keys,
    summary: 'The keys that seal secrets, counted, and how far a rotation is',
    answers: { 200: dataKeyStatus },
    run: async ({ access, service }) => statusOf(await service.dataKeys.status(access)),
  }),
  callerRoute({
    id: 'RotateDataKeys',
    method: 'POST',
    path: `${keys}/rotate`,
    summary: 'Begins to seal everything under new data keys; the work goes on beside requests',
    answers: { 200: dataKeyStatus },
    run: async ({ access, service }) => statusOf(await service.dataKeys.rotate(access)),
  }),
  callerRoute({
    id: 'VerifySeals',
    method: 'POST',
    path: `${keys}/verify`,
    summary: 'Opens everything that is sealed, and says what does not open; shows no value',
    answers: { 200: verifiedSeals },
    run: async ({ access, service }) => json({ ...(await service.dataKeys.verify(access)) }),
  }),
]

function statusOf({ rotation, ...counts }: DataKeyStatus): Answer {
  if (rotation === null) return json({ ...counts })
  const { startedMs, finishedMs, environments, done, values, failed, destroyed = 0 } = rotation
  const time = (ms: number | null) => (ms === null ? '' : new Date(ms).toISOString())
  const told = {
    started: time(startedMs),
    finished: time(finishedMs),
    environments,
    done,
    values,
    failed,
    destroyed,
  }
  return json({ ...counts, rotation: told })
}
