import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely } from 'kysely'
import type pg from 'pg'
import { AppError } from '../../diag/index.ts'
import { type Migration, type MigrationHost, migrate, migrations, takeBack } from '../migrations/index.ts'
import { connectToPrimary } from './connections.ts'
import { postgresDialect } from './dialect.ts'
import { failureOf, isBusy } from './failure.ts'
import { noFence } from './fence.ts'
import { placeOf } from './hosts.ts'
import { changeLock, migrationLock } from './locks.ts'
import { applicationName, schemaOf } from './session.ts'
import { postgresTypes } from './types.ts'

// A step that waits for a table makes everybody who comes after it wait too: it gives up soon and tries again.
const longestLockWait = '900ms'
const stepTries = 120
const pauseMilliseconds = 100

/** Which database to migrate. */
export interface PostgresMigration {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string
  readonly nowMs: () => number
  /** The schema's steps; others than the product's own only in tests. */
  readonly migrations?: readonly Migration[]
}

/**
 * Brings the schema up to date while servers work; gives the numbers of the steps that ran. Of several that try at once one
 * migrates, the others wait for it.
 *
 * @throws AppError DATABASE_UNSAFE, STORE_NEWER, STORE_BUSY, STORE_UNAVAILABLE
 */
export async function migratePostgres(options: PostgresMigration): Promise<readonly number[]> {
  return await onSchema(options, (host) => migrate(host, options.migrations ?? migrations))
}

/**
 * Takes the schema back to an earlier one; gives the numbers of the steps that were taken back.
 *
 * @throws AppError MIGRATION_IN_USE while servers of a later schema work, MIGRATION_ONE_WAY, STORE_NEWER; nothing was changed
 */
export async function takeBackPostgres(
  options: PostgresMigration & { readonly to: number },
): Promise<readonly number[]> {
  return await onSchema(options, async (host, client) => {
    const { rows } = await client.query<{ application_name: string }>(
      'select application_name from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    const running = Math.max(...rows.map(({ application_name }) => schemaOf(application_name)))
    if (running > options.to) throw new AppError('MIGRATION_IN_USE', { running, to: options.to })
    return await takeBack(host, options.migrations ?? migrations, options.to)
  })
}

async function onSchema<T>(
  { url, nowMs }: PostgresMigration,
  work: (host: MigrationHost, client: pg.Client) => Promise<T>,
): Promise<T> {
  let client: pg.Client | null = null
  try {
    client = await connectToPrimary(url, {
      application_name: applicationName,
      lock_timeout: 0,
      statement_timeout: 0,
      query_timeout: 0,
    })
    await client.query(`${noFence}; select pg_advisory_lock(${migrationLock})`)
    const host: MigrationHost = {
      db: new Kysely<unknown>({ dialect: postgresDialect(runnerOf(client)) }),
      types: postgresTypes,
      nowMs,
      atomically: atomically.bind(null, client),
      // A database has backups of its own; see docs/operations.md.
      backUp: async () => {},
    }
    return await work(host, client)
  } catch (error) {
    throw failureOf(error, placeOf(url))
  } finally {
    await client?.end().catch(() => undefined)
  }
}

function runnerOf(client: pg.Client) {
  return {
    async execute<R>(text: string, parameters: readonly unknown[]) {
      const { rows, rowCount } = await client.query(text, [...parameters])
      return { rows: rows as R[], numAffectedRows: BigInt(rowCount ?? 0) }
    },
  }
}

async function atomically(client: pg.Client, step: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      // No change is under way beside the step, so that the two never wait for each other's tables.
      await client.query(`begin; select pg_advisory_xact_lock(${changeLock})`)
      await client.query(`set local lock_timeout = '${longestLockWait}'`)
      await step()
      await client.query('commit')
      return
    } catch (error) {
      await client.query('rollback')
      if (!isBusy(error) || tries >= stepTries) throw error
      await sleep(pauseMilliseconds)
    }
  }
}
