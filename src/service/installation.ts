import type { ReadTransaction, Store } from '../store/index.ts'
import { serverTrail } from './audit/append.ts'
import { leaseIn } from './data-keys/rotation.ts'
import type { ServiceParts } from './parts.ts'

/** A server of the installation, as it said of itself. Times are by the store's clock. */
export interface Replica {
  /** Host and process. */
  readonly holder: string
  readonly version: string
  readonly schema: number
  readonly url: string
  readonly startedMs: number
  readonly lastSeenMs: number
}

/** Something that one server does for all of them, and until when it is that server's without another word. */
export interface HeldLease {
  readonly what: string
  readonly holder: string
  readonly untilMs: number
}

/** What all servers of an installation share, as the store holds it at one moment. */
export interface Installation {
  readonly asOfMs: number
  readonly replicas: readonly Replica[]
  readonly leases: readonly HeldLease[]
  readonly keys: {
    /** The key that wraps data keys, and since when this store knows it. */
    readonly keyId: string
    readonly inUseSinceMs: number | null
    readonly dataKeys: number
    readonly retired: number
    readonly underOldKeys: number
    /** When the oldest data key that still seals was made. */
    readonly oldestMs: number | null
  }
  /** Where each organization's trail ends, and the server's own, which is called `server`. */
  readonly trails: readonly { readonly name: string; readonly sequence: number; readonly hash: string }[]
  /** Work whose time has come and that nobody does yet. */
  readonly waiting: {
    readonly firings: number
    readonly oldestFiringMs: number | null
    readonly deliveries: number
  }
}

const owner = 'server'
const prefix = 'replica:'
const keyPrefix = 'keySince:'
/** One that was not heard of for an hour is not waited for any more. */
const forgottenMilliseconds = 3_600_000
const mostListed = 1_000

/** The store's own clock, which all servers share; this host's where that is the same. */
export async function storeNow({ store, clock }: Pick<ServiceParts, 'store' | 'clock'>): Promise<number> {
  return (await store.clockMs?.()) ?? clock().getTime()
}

/** Writes down that a server works; forgets those that have not for an hour. To be called every few seconds. */
export async function noteReplica(
  parts: Pick<ServiceParts, 'store' | 'clock' | 'keyRing'>,
  replica: Omit<Replica, 'lastSeenMs' | 'startedMs'>,
): Promise<void> {
  const nowMs = await storeNow(parts)
  await parts.store.change(async (transaction) => {
    const known = await replicasIn(transaction)
    const before = known.find(({ holder }) => holder === replica.holder)
    const now: Replica = { ...replica, startedMs: before?.startedMs ?? nowMs, lastSeenMs: nowMs }
    await transaction.settings.put(owner, `${prefix}${replica.holder}`, now)
    for (const other of known) {
      const { holder, lastSeenMs } = other
      if (nowMs - lastSeenMs > forgottenMilliseconds || isBefore(other, replica))
        await transaction.settings.delete(owner, `${prefix}${holder}`)
    }
    if (parts.keyRing !== undefined)
      await transaction.settings.putIfAbsent(owner, `${keyPrefix}${parts.keyRing.keyId}`, nowMs)
  })
}

/** Whether another process had this one's host and address: it has ended, however that came. */
function isBefore(other: Replica, { holder, url }: Omit<Replica, 'lastSeenMs' | 'startedMs'>): boolean {
  const host = (text: string) => text.replace(/-\d+$/, '')
  return other.holder !== holder && other.url === url && host(other.holder) === host(holder)
}

/** A server that ends in order says so, and is not missed. */
export async function forgetReplica(store: Store, holder: string): Promise<void> {
  await store.change(({ settings }) => settings.delete(owner, `${prefix}${holder}`))
}

/** Reads what the servers share, in one snapshot. */
export async function surveyInstallation(
  parts: Pick<ServiceParts, 'store' | 'clock' | 'keyRing'>,
): Promise<Installation> {
  const asOfMs = await storeNow(parts)
  const keyId = parts.keyRing?.keyId ?? ''
  return await parts.store.read(async (transaction) => {
    const since = await transaction.settings.get(owner, `${keyPrefix}${keyId}`)
    const firings = await transaction.schedules.unclaimed(asOfMs, mostListed)
    const due = firings.filter(({ fireMs }) => fireMs <= asOfMs)
    return {
      asOfMs,
      replicas: await replicasIn(transaction),
      leases: await leasesIn(transaction, asOfMs),
      keys: {
        keyId,
        inUseSinceMs: typeof since === 'number' ? since : null,
        ...(await transaction.dataKeys.summary(keyId)),
      },
      trails: await trailsIn(transaction),
      waiting: {
        firings: due.length,
        oldestFiringMs: due[0]?.fireMs ?? null,
        deliveries: (await transaction.webhooks.dueDeliveries(asOfMs, mostListed)).length,
      },
    }
  })
}

async function replicasIn({ settings }: ReadTransaction): Promise<readonly Replica[]> {
  const all = await settings.all(owner)
  return [...all].filter(([name]) => name.startsWith(prefix)).map(([, replica]) => replica as Replica)
}

async function leasesIn(transaction: ReadTransaction, nowMs: number): Promise<readonly HeldLease[]> {
  const leases: HeldLease[] = []
  for (const { scheduleId, holder, leaseUntilMs } of await transaction.schedules.held(nowMs, mostListed)) {
    if (holder !== null && leaseUntilMs !== null)
      leases.push({ what: `schedule ${scheduleId}`, holder, untilMs: leaseUntilMs })
  }
  const rotation = await leaseIn(transaction)
  if (rotation !== null && rotation.untilMs > nowMs) leases.push({ what: 'data keys', ...rotation })
  return leases
}

async function trailsIn({ organizations, auditEntries }: ReadTransaction): Promise<Installation['trails']> {
  const named = (await organizations.list(null, mostListed)).items.map(({ id, name }) => ({ id, name }))
  const trails = []
  for (const { id, name } of [...named, { id: serverTrail, name: serverTrail }]) {
    const head = await auditEntries.head(id)
    if (head !== null) trails.push({ name, ...head })
  }
  return trails
}
