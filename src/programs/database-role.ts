import { type DatabaseRole, databaseRole, roleCure, roleProblem } from '../store/index.ts'
import { databaseUrl } from './store.ts'

/** As whom the server is in its database; `undefined` on a file. @throws AppError STORE_UNAVAILABLE */
export async function roleIn(database: string | undefined): Promise<DatabaseRole | undefined> {
  return database === undefined ? undefined : await databaseRole(databaseUrl(database))
}

/** What a person is told of a role that passes the fence between organizations, with the SQL that mends it; `null` of another. */
export function roleWarning(role: DatabaseRole | undefined): string | null {
  const problem = role === undefined ? null : roleProblem(role)
  return problem === null || role === undefined
    ? null
    : `${problem}; run, as an administrator: ${roleCure(role)}`
}
