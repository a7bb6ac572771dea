import type { Environment, ReadTransaction, Transaction } from '../../store/index.ts'
import { appendEntries, serverTrail } from '../audit/append.ts'
import type { Caller } from '../caller.ts'
import type { ServiceParts } from '../parts.ts'
import { homesOf, organizationsOf, type Resealed, resealEnvironment, resealServer } from './reseal.ts'
import { graceMilliseconds, sweepDataKeys } from './sweep.ts'

/** How far sealing everything under new data keys has come. Times are epoch milliseconds. */
export interface DataKeyRotation {
  readonly startedMs: number
  /** `null` while it runs. */
  readonly finishedMs: number | null
  /** The environments there were at the start, and how many are done. */
  readonly environments: number
  readonly done: number
  /** Values sealed anew. */
  readonly values: number
  /** What did not open and stays as it is; at most a hundred names. */
  readonly failed: readonly string[]
  /** Retired data keys that nothing was sealed under any more and that are destroyed. */
  readonly destroyed: number
}

interface Kept extends DataKeyRotation {
  /** The last environment that is done. */
  readonly cursor: string | null
  /** When to look next for retired keys that nothing needs; `null` = there is none left. */
  readonly sweepMs: number | null
}

/** Whose work it is, and until when. */
export interface Lease {
  readonly holder: string
  readonly untilMs: number
}

const owner = 'server'
const setting = 'dataKeyRotation'
const leaseSetting = 'dataKeyRotationLease'
const leaseMilliseconds = 60_000
const mostNames = 100

/** The rotation that runs, or the last one; `null` when there never was one. */
export async function rotationIn({ settings }: ReadTransaction): Promise<Kept | null> {
  // Only this file writes it.
  return ((await settings.get(owner, setting)) as Kept | undefined) ?? null
}

/** Who seals anew now, and until when; null when nobody does. */
export async function leaseIn({ settings }: ReadTransaction): Promise<Lease | null> {
  return ((await settings.get(owner, leaseSetting)) as Lease | undefined) ?? null
}

/**
 * Begins a rotation: retires every data key in one unit of work with its entry in the trail. What comes is sealed under new
 * keys; what is there stays readable and is sealed anew by `stepRotation`. While one runs, another is not begun.
 */
export async function beginRotation(
  parts: ServiceParts,
  caller: Pick<Caller, 'actor' | 'token' | 'request'> | null,
): Promise<DataKeyRotation> {
  const homes = await Promise.all((await organizationsOf(parts)).map((one) => homesOf(parts, one)))
  return await parts.store.change(async (transaction) => {
    const running = await rotationIn(transaction)
    if (running !== null && running.finishedMs === null) return running
    const startedMs = parts.clock().getTime()
    const count = await transaction.dataKeys.retireAll(startedMs)
    const rotation: Kept = {
      startedMs,
      finishedMs: null,
      environments: homes.flat().length,
      done: 0,
      values: 0,
      failed: [],
      cursor: null,
      destroyed: 0,
      sweepMs: null,
    }
    await transaction.settings.put(owner, setting, rotation)
    await writeDown(transaction, parts, caller, 'data-keys-rotation-started', count)
    return rotation
  })
}

/**
 * Goes on with a rotation that runs: seals the next environments anew, at most `limit`. Only one of several servers does;
 * killed at any point, another goes on where it stopped.
 *
 * @returns whether anything is left to do for this holder now
 */
export async function stepRotation(parts: ServiceParts, holder: string, limit = 100): Promise<boolean> {
  const rotation = await takeLease(parts, holder)
  if (rotation === null) return false
  if (rotation.finishedMs !== null) {
    await sweep(parts, rotation)
    return false
  }
  const next = await nextHomes(parts, rotation.cursor, limit)
  let now = rotation
  for (const home of next) {
    const resealed = await resealEnvironment(parts, home)
    const to = { ...counted(now, resealed), cursor: keyOf(home.environment) }
    // Another server took over: it counts now.
    if (!(await advance(parts, holder, now, to))) return false
    now = to
  }
  if (next.length === limit) return true
  const rest = await resealLatecomers(parts, rotation.startedMs)
  const server = await resealServer(parts)
  await parts.store.change(async (transaction) => {
    const kept = await rotationIn(transaction)
    if (kept?.startedMs !== now.startedMs || kept.finishedMs !== null) return
    const both = add(rest, server)
    const last = { ...now, values: now.values + both.values, failed: names(now, both) }
    const nowMs = parts.clock().getTime()
    // What did not open may open once a backup of its row is put back: then its key is still needed.
    const sweepMs = last.failed.length > 0 ? null : nowMs + graceMilliseconds
    const finished: Kept = { ...last, done: now.done, finishedMs: nowMs, sweepMs }
    await transaction.settings.put(owner, setting, finished)
    await transaction.settings.delete(owner, leaseSetting)
    await writeDown(transaction, parts, null, 'data-keys-rotated', finished.values)
  })
  return false
}

/** Saves that were under way when their environment's turn came may have brought values under a key that was retired. */
async function resealLatecomers(parts: ServiceParts, sinceMs: number): Promise<Resealed> {
  let all: Resealed = { values: 0, failed: [] }
  for (const organization of await organizationsOf(parts)) {
    for (const home of await homesOf(parts, organization)) {
      if (home.environment.modifiedMs >= sinceMs) {
        // What failed in the first pass has been named.
        all = add(all, { ...(await resealEnvironment(parts, home)), failed: [] })
      }
    }
  }
  return all
}

async function takeLease(parts: ServiceParts, holder: string): Promise<Kept | null> {
  return await parts.store.change(async (transaction) => {
    const rotation = await rotationIn(transaction)
    const { sweepMs = null, finishedMs } = rotation ?? { finishedMs: 0 }
    const isDue = sweepMs !== null && sweepMs <= parts.clock().getTime()
    if (rotation === null || (finishedMs !== null && !isDue)) return null
    return (await renew(transaction, parts, holder)) ? rotation : null
  })
}

/**
 * Destroys the keys of before that nothing needs any more. Those of sessions that are still open go later; what a rotation could not
 * open keeps all.
 */
export async function sweep(parts: ServiceParts, rotation: Kept, graceMs = graceMilliseconds): Promise<void> {
  const { destroyed, kept } = await sweepDataKeys(parts, graceMs)
  await parts.store.change(async (transaction) => {
    const now = await rotationIn(transaction)
    if (now?.startedMs !== rotation.startedMs) return
    const sweepMs = kept === 0 ? null : parts.clock().getTime() + graceMilliseconds
    await transaction.settings.put(owner, setting, {
      ...now,
      destroyed: (now.destroyed ?? 0) + destroyed,
      sweepMs,
    })
  })
}

async function renew(transaction: Transaction, parts: ServiceParts, holder: string): Promise<boolean> {
  const nowMs = parts.clock().getTime()
  const lease = (await transaction.settings.get(owner, leaseSetting)) as Lease | undefined
  if (lease !== undefined && lease.holder !== holder && lease.untilMs > nowMs) return false
  await transaction.settings.put(owner, leaseSetting, { holder, untilMs: nowMs + leaseMilliseconds })
  return true
}

/** Notes what is done. False when another server took over. */
async function advance(parts: ServiceParts, holder: string, from: Kept, to: Kept): Promise<boolean> {
  return await parts.store.change(async (transaction) => {
    const kept = await rotationIn(transaction)
    if (kept?.startedMs !== from.startedMs || kept.cursor !== from.cursor) return false
    if (!(await renew(transaction, parts, holder))) return false
    await transaction.settings.put(owner, setting, to)
    return true
  })
}

function counted(rotation: Kept, resealed: Resealed): Kept {
  return {
    ...rotation,
    done: rotation.done + 1,
    values: rotation.values + resealed.values,
    failed: names(rotation, resealed),
  }
}

function names(rotation: Kept, { failed }: Resealed): readonly string[] {
  return [...rotation.failed, ...failed].slice(0, mostNames)
}

function add(a: Resealed, b: Resealed): Resealed {
  return { values: a.values + b.values, failed: [...a.failed, ...b.failed] }
}

/** The environments behind the cursor, by id over all organizations. */
async function nextHomes(parts: ServiceParts, cursor: string | null, limit: number) {
  const homes = await Promise.all((await organizationsOf(parts)).map((one) => homesOf(parts, one)))
  return homes
    .flat()
    .sort((a, b) => (keyOf(a.environment) < keyOf(b.environment) ? -1 : 1))
    .filter(({ environment }) => cursor === null || keyOf(environment) > cursor)
    .slice(0, limit)
}

function keyOf({ id }: Environment): string {
  return id
}

async function writeDown(
  transaction: Transaction,
  parts: ServiceParts,
  caller: Pick<Caller, 'actor' | 'token' | 'request'> | null,
  event: string,
  count: number,
): Promise<void> {
  const request = caller?.request ?? null
  await appendEntries(transaction, serverTrail, [
    {
      event,
      organizationId: serverTrail,
      at: parts.clock(),
      caller,
      environment: null,
      request,
      facts: { count },
    },
  ])
  if (request !== null) request.noted = true
}
