import { createHash } from 'node:crypto'
import type pg from 'pg'
import type { PermitAsk, PermitBook, PermitGrant } from '../permits.ts'
import { Connections } from './connections.ts'
import { isLost } from './failure.ts'
import { applicationName } from './session.ts'

/** Whoever is counted waits for this; after it, each server goes on with its own share. */
const longestWaitMs = 500

/**
 * Not a part of the schema: what it holds is worth nothing after a minute. Unlogged, so that a statement waits for no disk; a
 * crash empties it.
 */
const table = `
  create unlogged table if not exists shared_permits (
    key text primary key,
    wanted integer not null,
    most double precision not null,
    each_ms double precision not null,
    granted integer not null,
    taken_ms double precision[] not null,
    free_ms double precision not null
  ) with (fillfactor = 50)`

/** One clock for all servers, read when the row is ours. */
const now = `(extract(epoch from clock_timestamp()) * 1000)::double precision`

/** Whoever asks for more than there can be gets what there can be; keys come in order, so that two servers never wait for each other. */
const asked = `
  insert into shared_permits as kept (key, wanted, most, each_ms, granted, taken_ms, free_ms)
  select key, wanted, most, each_ms, least(wanted, most),`

const from = `
  from unnest($1::text[], $2::integer[], $3::double precision[], $4::double precision[]) as ask (key, wanted, most, each_ms)
  order by key
  on conflict (key) do update set
    wanted = excluded.wanted, most = excluded.most, each_ms = excluded.each_ms,`

/**
 * A bucket is the time at which it is full again (`free_ms`; the generic cell rate algorithm): each permit puts that off by the
 * time in which one flows in.
 */
const takeFromBuckets = `${asked} '{}', ${now} + greatest(0, least(wanted, most)) * each_ms ${from}
    (granted, free_ms) = (
      select given, greatest(at, kept.free_ms) + given * excluded.each_ms
      from (select at, least(excluded.wanted, greatest(0, floor(excluded.most - greatest(0, kept.free_ms - at) / excluded.each_ms + 1e-6))) as given
            from (select ${now} as at) clock) level)
  returning key, granted, free_ms - ${now} - (most - 1) * each_ms as wait_ms`

/** A window is the times at which its permits were given. */
const takeFromWindows = `${asked} array_fill(${now}, array[least(wanted, most)::integer]), ${now} + each_ms ${from}
    (granted, taken_ms, free_ms) = (
      select given, recent || array_fill(at, array[given]), at + excluded.each_ms
      from (select at, recent, greatest(0, least(excluded.wanted, excluded.most - cardinality(recent)))::integer as given
            from (select ${now} as at) clock,
                 lateral (select array(select t from unnest(kept.taken_ms) t where t > at - excluded.each_ms order by t) as recent) held) level)
  returning key, granted,
    case when cardinality(taken_ms) < most then 0 else taken_ms[1] + each_ms - ${now} end as wait_ms`

/** The book in a PostgreSQL database, over a connection of its own: requests that wait for one do not hold this up. */
export function openPermitBook(url: string): PermitBook {
  const connections = new Connections({
    url,
    applicationName: `${applicationName} limits`,
    boundMilliseconds: longestWaitMs,
    most: 1,
  })
  const run = async <Row extends pg.QueryResultRow>(config: pg.QueryConfig): Promise<readonly Row[]> => {
    const client = await connections.take()
    try {
      const { rows } = await client.query<Row>(config)
      connections.release(client)
      return rows
    } catch (error) {
      if (isLost(error)) connections.discard(client)
      else connections.release(client)
      throw error
    }
  }
  let made: Promise<unknown> | null = null
  const query = async <Row extends pg.QueryResultRow>(config: pg.QueryConfig): Promise<readonly Row[]> => {
    made ??= run({ text: table }).catch(unlessMade)
    try {
      await made
      return await run<Row>(config)
    } catch (error) {
      made = null
      throw error
    }
  }
  const takeWith = async (name: string, text: string, asks: readonly PermitAsk[]) => {
    if (asks.length === 0) return []
    const values = [
      asks.map(({ key }) => hashed(key)),
      asks.map(({ wanted }) => wanted),
      asks.map(({ limit }) => ('burst' in limit ? limit.burst : limit.most)),
      asks.map(({ limit }) => ('burst' in limit ? 1_000 / limit.perSecond : limit.milliseconds)),
    ]
    return await query<PermitRow>({ name, text, values })
  }
  return {
    async take(asks) {
      const buckets = asks.filter(({ limit }) => 'burst' in limit)
      const windows = asks.filter(({ limit }) => 'most' in limit)
      const rows = [
        ...(await takeWith('openesc_take_from_buckets', takeFromBuckets, buckets)),
        ...(await takeWith('openesc_take_from_windows', takeFromWindows, windows)),
      ]
      const grants = new Map(rows.map((row) => [row.key, grantOf(row)]))
      return asks.map(({ key }) => grants.get(hashed(key)) ?? { granted: 0, waitMs: 0 })
    },
    async tidy() {
      await query({ text: `delete from shared_permits where free_ms < ${now}` })
    },
    close: () => connections.close(),
  }
}

interface PermitRow {
  readonly key: string
  readonly granted: number
  readonly wait_ms: number
}

function grantOf({ granted, wait_ms }: PermitRow): PermitGrant {
  return { granted, waitMs: Math.max(0, wait_ms) }
}

/** Of one width, and no address or id of anybody lies in the database for this. */
function hashed(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 22)
}

/** Of several servers that make the table in the same moment all but one are told that it is there. */
function unlessMade(error: { readonly code?: string }): void {
  if (error.code !== '23505' && error.code !== '42P07') throw error
}
