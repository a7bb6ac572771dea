import pg from 'pg'
import { failureOf, isLost } from './failure.ts'
import { hostUrls, placeOf } from './hosts.ts'
import { assertDurable, clientConfig } from './session.ts'

const fewestTries = 3
const longestSearchMilliseconds = 8_000
const checkMilliseconds = 3_000
const closeMilliseconds = 3_000

/** How a server reaches its database. */
export interface ConnectionsOptions {
  /** May name several hosts, of which one is the primary. */
  readonly url: string
  readonly applicationName: string
  /** The most to one host. */
  readonly most: number
  /** A bound on connecting, on looking at a connection, on each statement and on searching for the primary, in place of the usual ones. */
  readonly boundMilliseconds?: number
}

/**
 * Connections to whichever host is the primary now. One that is new is looked at before it is used. Once one has failed, those that
 * are idle are thrown away, and those that work are looked at before they are used again: none is worked on that is dead, or leads to a
 * host that became a standby.
 */
export class Connections {
  /** Where the database is, for messages. */
  readonly place: string
  readonly #pools: readonly pg.Pool[]
  readonly #trusted = new WeakMap<pg.PoolClient, number>()
  readonly #idle = new Set<pg.PoolClient>()
  readonly #taken = new Map<pg.PoolClient, number>()
  readonly #bound: number | undefined
  #current = 0
  #primary = 0
  #failures = 0

  constructor({ url, applicationName, most, boundMilliseconds: bound }: ConnectionsOptions) {
    this.#bound = bound
    this.place = placeOf(url)
    this.#pools = hostUrls(url).map((one, host) => {
      const pool = new pg.Pool({
        ...clientConfig(one),
        ...(bound === undefined
          ? {}
          : { connectionTimeoutMillis: bound, query_timeout: bound, statement_timeout: bound }),
        application_name: applicationName,
        max: most,
      })
      // An idle connection that breaks is replaced when the next unit begins.
      pool.on('error', () => this.#doubt())
      // One that breaks in the middle of a unit says so twice; the statement under way is where it is dealt with.
      pool.on('connect', (client) => client.on('error', () => undefined))
      pool.on('acquire', (client) => {
        this.#idle.delete(client)
        this.#taken.set(client, host)
      })
      pool.on('release', (_error, client) => {
        this.#taken.delete(client)
        this.#idle.add(client)
      })
      pool.on('remove', (client) => this.#idle.delete(client))
      return pool
    })
  }

  /**
   * A connection on which `statement` was said: nothing ran on it before, so that another may be tried when it is dead.
   *
   * @throws AppError STORE_BUSY, STORE_UNAVAILABLE, DATABASE_UNSAFE
   */
  async begin(statement: string, waitMilliseconds: number): Promise<pg.PoolClient> {
    return await this.#search(async (client) => {
      await client.query({ text: statement, query_timeout: waitMilliseconds } as pg.QueryConfig)
    })
  }

  /** A connection to the primary. @throws AppError STORE_UNAVAILABLE, DATABASE_UNSAFE */
  async take(): Promise<pg.PoolClient> {
    return await this.#search(async () => {})
  }

  async #search(first: (client: pg.PoolClient) => Promise<void>): Promise<pg.PoolClient> {
    const deadline = performance.now() + (this.#bound ?? longestSearchMilliseconds)
    const most = Math.max(fewestTries, 2 * this.#pools.length)
    for (let tries = 1; ; tries += 1) {
      const host = this.#current
      let client: pg.PoolClient | null = null
      try {
        client = await this.#take(host)
        await first(client)
        return client
      } catch (error) {
        if (client !== null) this.discard(client)
        if (!isLost(error)) throw failureOf(error, this.place)
        this.#leave(host)
        if (tries >= most || performance.now() > deadline) throw failureOf(error, this.place)
      }
    }
  }

  /** Gives a connection back that is of further use. */
  release(client: pg.PoolClient): void {
    client.release()
  }

  /** Throws a connection away that failed, and with it all that are idle. */
  discard(client: pg.PoolClient): void {
    cut(client)
    client.release(true)
    this.#doubt()
  }

  /** Waits for what runs; a database that does not answer is not waited for. */
  async close(): Promise<void> {
    const given = AbortSignal.timeout(closeMilliseconds)
    const ended = Promise.allSettled(this.#pools.map((pool) => pool.end()))
    await Promise.race([ended, new Promise((resolve) => given.addEventListener('abort', resolve))])
    for (const client of this.#taken.keys()) cut(client)
  }

  async #take(host: number): Promise<pg.PoolClient> {
    const pool = this.#pools[host]
    if (pool === undefined) throw new Error('there is no such host')
    const client = await pool.connect()
    const failures = this.#failures
    if (this.#trusted.get(client) === failures) return client
    try {
      await assertDurable(client, this.#bound ?? checkMilliseconds)
    } catch (error) {
      this.discard(client)
      throw error
    }
    this.#trusted.set(client, failures)
    if (this.#primary !== host) this.#moveTo(host)
    return client
  }

  /** What is still asked of the host that was the primary will not be answered, or not be true. */
  #moveTo(host: number): void {
    this.#primary = host
    for (const [client, other] of this.#taken) if (other !== host) cut(client)
  }

  #doubt(): void {
    this.#failures += 1
    for (const client of this.#idle) cut(client)
  }

  #leave(host: number): void {
    if (this.#current === host) this.#current = (host + 1) % this.#pools.length
  }
}

/** Ends the socket at once: a farewell would wait for a peer that may be gone. */
function cut(client: pg.PoolClient): void {
  const { connection } = client as unknown as {
    readonly connection?: { readonly stream: { destroy(): void } }
  }
  connection?.stream.destroy()
}

/**
 * A connection of its own to the primary, for long work.
 *
 * @throws what connecting to the last host failed with
 */
export async function connectToPrimary(url: string, config: pg.ClientConfig): Promise<pg.Client> {
  let failure: unknown
  for (const one of hostUrls(url)) {
    const client = new pg.Client({ ...clientConfig(one), ...config })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await assertDurable(client)
      return client
    } catch (error) {
      await client.end().catch(() => undefined)
      if (!isLost(error)) throw error
      failure = error
    }
  }
  throw failure
}
