import { join } from 'node:path'
import { hostUrls, openPostgresStore, openSqliteStore, type Store } from '../store/index.ts'

/** Opens what the settings name: the database at a `postgres://` URL, or else the file in the data directory. */
export async function openStore(settings: {
  readonly data: string
  readonly database: string | undefined
}): Promise<Store> {
  const nowMs = () => Date.now()
  const { database } = settings
  if (database === undefined) return await openSqliteStore({ path: sqlitePath(settings.data), nowMs })
  return await openPostgresStore({ url: databaseUrl(database), nowMs })
}

/** Where the file of a data directory is. */
export function sqlitePath(data: string): string {
  return join(data, 'openesc.db')
}

/** A database's URL, checked. @throws AppError SETTING_INVALID, which never shows the URL: it holds a password */
export function databaseUrl(text: string): string {
  hostUrls(text)
  return text
}
