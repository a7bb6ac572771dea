import pg from 'pg'
import { AppError } from '../../diag/index.ts'

const bigint = 20
const bytea = 17

/** What a connection calls itself. A server's adds the schema that it knows, so that it is seen who still needs that. */
export const applicationName = 'openesc'

/** The schema that the name of a connection tells of; 0 when it tells of none. */
export function schemaOf(name: string): number {
  return Number(/^openesc \(schema (\d+)\)$/.exec(name)?.[1] ?? 0)
}

/** What every connection is opened with: bounds on waiting, numbers and bytes as the store's rows have them. */
export function clientConfig(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: 5000,
    lock_timeout: 5000,
    statement_timeout: 15_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    types: { getTypeParser: ((oid: number, format: unknown) => parserOf(oid, format)) as never },
  }
}

function parserOf(oid: number, format: unknown): (text: string) => unknown {
  // Counts, times and revision numbers stay far below 2^53.
  if (oid === bigint) return Number
  if (oid === bytea) return (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex'))
  return pg.types.getTypeParser(oid, format as never)
}

/** Where a database is, without user and password: for messages. */
export function placeOf(url: string): string {
  try {
    const { host, pathname } = new URL(url)
    return `postgres://${host}${pathname}`
  } catch {
    return 'postgres://'
  }
}

/**
 * Makes sure that a commit of this database is durable when it returns, and texts are Unicode. Asked of the live session, because
 * a role or database may override what the configuration says.
 *
 * @throws AppError DATABASE_UNSAFE
 */
export async function assertDurable(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string; setting: string }>(
    `select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'server_encoding')`,
  )
  const wanted: Readonly<Record<string, readonly string[]>> = {
    fsync: ['on'],
    full_page_writes: ['on'],
    synchronous_commit: ['on', 'remote_apply'],
    server_encoding: ['UTF8'],
  }
  for (const { name, setting } of rows) {
    const allowed = wanted[name] ?? []
    if (allowed.includes(setting)) continue
    throw new AppError('DATABASE_UNSAFE', { name, wanted: allowed.join('` or `'), got: setting })
  }
}
