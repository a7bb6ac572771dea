import { statSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Issuer } from '../oidc/index.ts'
import type { Installation } from '../service/index.ts'
import { type DatabaseRole, migrations, type Protection, type Vault } from '../store/index.ts'
import { version } from '../world/version.ts'
import { lastBackupMs } from './backup.ts'
import type { ClockWatch } from './clock-watch.ts'
import { roleWarning } from './database-role.ts'
import type { Metrics } from './metrics.ts'
import type { StorageReserve } from './storage-reserve.ts'

/** What a server knows of itself without asking its store, so that it can say it while that is away. */
export interface StatusParts {
  /** The data file; null on PostgreSQL. */
  readonly path: string | null
  readonly data: string
  readonly reserve: StorageReserve | null
  readonly metrics: Metrics
  readonly nowMs: () => number
}

/** A status that grows as the server starts. */
export interface Status {
  clocks: ClockWatch | null
  backlog: () => { readonly waiting: number; readonly oldestMs: number }
  ready: boolean
  /** What all servers share, as it was when the store was last asked; null before the first time. */
  installation: Installation | null
  /** This host's clock when the store was last asked. */
  surveyedMs: number | null
  issuer: Issuer | null
  /** This host's clock when the issuers' keys were last read. */
  keysReadMs: number | null
  vault: Vault | null
  protection: Protection
  /** As whom the server is in its database; null on a file, and before that is known. */
  databaseRole: DatabaseRole | null
  read(): object
}

const seconds = (milliseconds: number) => Math.round(milliseconds) / 1000

/** Makes the gauges known, and gives the status they are read from. */
export function createStatus(parts: StatusParts): Status {
  const { path, data, reserve, nowMs } = parts
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const status: Status = {
    clocks: null,
    backlog: () => ({ waiting: 0, oldestMs: 0 }),
    ready: false,
    installation: null,
    surveyedMs: null,
    issuer: null,
    keysReadMs: null,
    vault: null,
    protection: 'off',
    databaseRole: null,
    read: () => ({
      version,
      ready: status.ready,
      store: path === null ? 'postgres' : 'sqlite',
      schema: migrations.at(-1)?.number ?? 0,
      records: status.protection,
      ...(status.databaseRole === null ? {} : { database: toldRole(status.databaseRole) }),
      uptimeSeconds: Math.round(process.uptime()),
      residentBytes: process.memoryUsage.rss(),
      eventLoopLagP99Seconds: lagSeconds(),
      audit: status.backlog(),
      clockAheadSeconds: Object.fromEntries(aheadSeconds()),
      cacheAgeSeconds: Object.fromEntries(cacheAges(status, nowMs())),
      backupAgeSeconds: path === null ? null : backupAge(),
      signingKeys: signingKeysOf(status),
      ...(path === null ? {} : { walBytes: walBytes() }),
      ...(reserve === null
        ? {}
        : {
            storage: {
              full: reserve.low,
              freeBytes: reserve.freeBytes,
              totalBytes: reserve.totalBytes,
              reserveBytes: reserve.reserveBytes,
            },
          }),
      ...(status.installation === null ? {} : { installation: told(status.installation) }),
    }),
  }
  const lagSeconds = () => Math.max(0, delay.percentile(99) / 1e9 - 0.02)
  const walBytes = () =>
    path === null ? null : (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0)
  const aheadSeconds = () =>
    new Map([...(status.clocks?.offsets() ?? [])].map(([name, ms]) => [name, Math.round(ms) / 1000]))
  const backupAge = () => {
    const madeMs = path === null ? null : lastBackupMs(data)
    return madeMs === null ? null : seconds(Math.max(0, nowMs() - madeMs))
  }
  makeGauges(parts, status, { lagSeconds, walBytes, aheadSeconds, backupAge })
  return status
}

interface Readings {
  readonly lagSeconds: () => number
  readonly walBytes: () => number | null
  readonly aheadSeconds: () => ReadonlyMap<string, number>
  readonly backupAge: () => number | null
}

function makeGauges(
  { path, reserve, metrics, nowMs }: StatusParts,
  status: Status,
  { lagSeconds, walBytes, aheadSeconds, backupAge }: Readings,
): void {
  const { gauge } = metrics
  gauge('openesc_ready', 'Whether the server answers requests: 1 or 0.', () => Number(status.ready))
  gauge('openesc_audit_waiting', 'Audit entries that wait to be written.', () => status.backlog().waiting)
  gauge(
    'openesc_audit_lag_seconds',
    'Age of the oldest audit entry that waits to be written.',
    () => status.backlog().oldestMs / 1000,
  )
  gauge('openesc_clock_ahead_seconds', 'How far this clock is ahead of another.', aheadSeconds)
  gauge('openesc_event_loop_lag_seconds', 'Delay of the event loop, 99th percentile.', lagSeconds)
  gauge('openesc_wal_bytes', 'Size of the write-ahead log of the data file.', walBytes)
  gauge('openesc_cache_age_seconds', 'How long ago what is remembered was read.', () =>
    cacheAges(status, nowMs()),
  )
  gauge('openesc_data_keys_held', 'Unwrapped data keys in memory.', () => status.vault?.held().keys ?? null)
  gauge(
    'openesc_backup_age_seconds',
    'Time since the data file was backed up; never: since it is there.',
    () => (path === null ? null : (backupAge() ?? seconds(nowMs() - madeAt(path)))),
  )
  const reserved = (read: (reserve: StorageReserve) => number) => () =>
    reserve === null ? null : read(reserve)
  gauge(
    'openesc_storage_free_bytes',
    'Space that is left for the data folder.',
    reserved(({ freeBytes }) => freeBytes),
  )
  gauge(
    'openesc_storage_total_bytes',
    'Size of the disk of the data folder.',
    reserved(({ totalBytes }) => totalBytes),
  )
  gauge(
    'openesc_storage_full',
    'Whether changes are refused for want of space: 1 or 0.',
    reserved(({ low }) => Number(low)),
  )
  const shared =
    <T>(read: (installation: Installation) => T) =>
    () =>
      status.installation === null ? null : read(status.installation)
  gauge(
    'openesc_replica_silent_seconds',
    'How long ago a server of the installation was last heard of.',
    shared(
      ({ replicas, asOfMs }) =>
        new Map(replicas.map(({ holder, lastSeenMs }) => [holder, seconds(asOfMs - lastSeenMs)])),
    ),
  )
  gauge(
    'openesc_leases',
    'Work that a server does for all of them, by server.',
    shared(({ leases }) => countBy(leases.map(({ holder }) => holder))),
  )
  gauge(
    'openesc_audit_chain_head',
    'Number of the last entry of each audit trail.',
    shared(({ trails }) => new Map(trails.map(({ name, sequence }) => [name, sequence]))),
  )
  gauge(
    'openesc_key_age_seconds',
    'Age of keys: that which wraps, the oldest data key that seals, signing keys.',
    () => keyAges(status, nowMs()),
  )
  gauge(
    'openesc_data_keys_under_old_keys',
    'Data keys that another key than the first wraps.',
    shared(({ keys }) => keys.underOldKeys),
  )
  gauge(
    'openesc_schedules_waiting',
    'Scheduled runs whose time has come and that nobody does.',
    shared(({ waiting }) => waiting.firings),
  )
  gauge(
    'openesc_schedule_lag_seconds',
    'Age of the oldest of them.',
    shared(({ waiting, asOfMs }) => seconds(asOfMs - (waiting.oldestFiringMs ?? asOfMs))),
  )
  gauge(
    'openesc_webhook_deliveries_waiting',
    'Deliveries whose next try has come.',
    shared(({ waiting }) => waiting.deliveries),
  )
}

/** What is shared, with times as people and programs read them. */
function told({ asOfMs, replicas, leases, keys, trails, waiting }: Installation): object {
  const at = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
  return {
    asOf: at(asOfMs),
    replicas: replicas.map(({ startedMs, lastSeenMs, ...replica }) => ({
      ...replica,
      started: at(startedMs),
      lastSeen: at(lastSeenMs),
    })),
    leases: leases.map(({ untilMs, ...lease }) => ({ ...lease, until: at(untilMs) })),
    keys: {
      keyId: keys.keyId,
      inUseSince: at(keys.inUseSinceMs),
      dataKeys: keys.dataKeys,
      retired: keys.retired,
      underOldKeys: keys.underOldKeys,
      oldest: at(keys.oldestMs),
    },
    trails,
    waiting: {
      firings: waiting.firings,
      oldestFiring: at(waiting.oldestFiringMs),
      deliveries: waiting.deliveries,
    },
  }
}

/** The problem is null when organizations are held apart by the database. */
function toldRole(role: DatabaseRole): object {
  return { role: role.name, database: role.database, problem: roleWarning(role) }
}

function signingKeysOf({ issuer }: Status): readonly object[] {
  if (issuer === null) return []
  return (['v1', 'v2'] as const).flatMap((name) =>
    issuer[name].keys().map(({ kid, state, publishedMs, activatedMs }) => ({
      issuer: name,
      kid,
      state,
      since: new Date(activatedMs ?? publishedMs).toISOString(),
    })),
  )
}

function cacheAges({ surveyedMs, keysReadMs, vault }: Status, nowMs: number): ReadonlyMap<string, number> {
  const read = {
    installation: surveyedMs,
    'signing keys': keysReadMs,
    'data keys': vault?.held().oldestMs ?? null,
  }
  const ages = Object.entries(read).flatMap(([name, ms]) =>
    ms === null ? [] : ([[name, seconds(Math.max(0, nowMs - ms))]] as const),
  )
  return new Map(ages)
}

function keyAges({ installation, issuer }: Status, nowMs: number): ReadonlyMap<string, number> {
  const ages = new Map<string, number>()
  const { keys } = installation ?? {}
  if (keys?.inUseSinceMs) ages.set('key', seconds(nowMs - keys.inUseSinceMs))
  if (keys?.oldestMs) ages.set('data key', seconds(nowMs - keys.oldestMs))
  for (const name of ['v1', 'v2'] as const) {
    const active = issuer?.[name].keys().find(({ state }) => state === 'active')
    if (active) ages.set(`signing ${name}`, seconds(nowMs - (active.activatedMs ?? active.publishedMs)))
  }
  return ages
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function madeAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.birthtimeMs ?? Number.NaN
}
