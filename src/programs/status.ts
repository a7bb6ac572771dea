import { statSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { migrations } from '../store/index.ts'
import { version } from '../world/version.ts'
import type { ClockWatch } from './clock-watch.ts'
import type { Metrics } from './metrics.ts'
import type { StorageReserve } from './storage-reserve.ts'

/** What a server knows of itself without asking its store, so that it can say it while that is away. */
export interface StatusParts {
  /** The data file; null on PostgreSQL. */
  readonly path: string | null
  readonly reserve: StorageReserve | null
  readonly metrics: Metrics
}

/** A status that grows as the server starts. */
export interface Status {
  clocks: ClockWatch | null
  backlog: () => { readonly waiting: number; readonly oldestMs: number }
  ready: boolean
  read(): object
}

/** Makes the gauges known, and gives the status they are read from. */
export function createStatus({ path, reserve, metrics }: StatusParts): Status {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const lagSeconds = () => Math.max(0, delay.percentile(99) / 1e9 - 0.02)
  const walBytes = () =>
    path === null ? null : (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0)
  const aheadSeconds = () =>
    new Map([...(status.clocks?.offsets() ?? [])].map(([name, ms]) => [name, Math.round(ms) / 1000]))
  const status: Status = {
    clocks: null,
    backlog: () => ({ waiting: 0, oldestMs: 0 }),
    ready: false,
    read: () => ({
      version,
      ready: status.ready,
      store: path === null ? 'postgres' : 'sqlite',
      schema: migrations.at(-1)?.number ?? 0,
      uptimeSeconds: Math.round(process.uptime()),
      residentBytes: process.memoryUsage.rss(),
      eventLoopLagP99Seconds: lagSeconds(),
      audit: status.backlog(),
      clockAheadSeconds: Object.fromEntries(aheadSeconds()),
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
    }),
  }
  metrics.gauge('openesc_ready', 'Whether the server answers requests: 1 or 0.', () => Number(status.ready))
  metrics.gauge(
    'openesc_audit_waiting',
    'Audit entries that wait to be written.',
    () => status.backlog().waiting,
  )
  metrics.gauge(
    'openesc_audit_lag_seconds',
    'Age of the oldest audit entry that waits to be written.',
    () => status.backlog().oldestMs / 1000,
  )
  metrics.gauge('openesc_clock_ahead_seconds', 'How far this clock is ahead of another.', aheadSeconds)
  metrics.gauge('openesc_event_loop_lag_seconds', 'Delay of the event loop, 99th percentile.', lagSeconds)
  metrics.gauge('openesc_wal_bytes', 'Size of the write-ahead log of the data file.', walBytes)
  metrics.gauge('openesc_storage_free_bytes', 'Space that is left for the data folder.', () =>
    reserve === null ? null : reserve.freeBytes,
  )
  metrics.gauge('openesc_storage_total_bytes', 'Size of the disk of the data folder.', () =>
    reserve === null ? null : reserve.totalBytes,
  )
  metrics.gauge('openesc_storage_full', 'Whether changes are refused for want of space: 1 or 0.', () =>
    reserve === null ? null : Number(reserve.low),
  )
  return status
}
