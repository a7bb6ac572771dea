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

/**
 * What every connection to one host is opened with: bounds on waiting (R-21), numbers and bytes as the store's rows have them. The
 * last bound is this end's own: a database that a network has cut off says nothing at all, and TCP waits for a quarter of an hour.
 */
export function clientConfig(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: 5000,
    lock_timeout: 5000,
    statement_timeout: 15_000,
    idle_in_transaction_session_timeout: 30_000,
    query_timeout: 20_000,
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

const durable: Readonly<Record<string, readonly string[]>> = {
  fsync: ['on'],
  full_page_writes: ['on'],
  synchronous_commit: ['on', 'remote_apply'],
  server_encoding: ['UTF8'],
}
const standing = `select ${Object.keys(durable)
  .map((name) => `current_setting('${name}') as ${name}`)
  .join(', ')}, pg_is_in_recovery()::text as standby`

/**
 * Makes sure that this is a primary whose commits are durable when they return, and whose texts are Unicode. Asked of the live session,
 * because a role or database may override what the configuration says (R-01), and another server may be behind an address (R-11).
 *
 * @throws AppError DATABASE_UNSAFE
 * @throws StandbyError
 */
export async function assertDurable(client: pg.ClientBase, waitMilliseconds = 15_000): Promise<void> {
  // A time limit of its own is part of the driver, and not of its types.
  const query = { text: standing, query_timeout: waitMilliseconds } as pg.QueryConfig
  const { rows } = await client.query<Record<string, string>>(query)
  const [is = {}] = rows
  if (is['standby'] !== 'false') throw new StandbyError()
  for (const [name, allowed] of Object.entries(durable)) {
    const setting = is[name] ?? ''
    if (allowed.includes(setting)) continue
    throw new AppError('DATABASE_UNSAFE', { name, wanted: allowed.join('` or `'), got: setting })
  }
}

/** The host is a standby: what it shows may be of the past, and it takes no writes. */
export class StandbyError extends Error {
  constructor() {
    super('it is a standby')
  }
}
