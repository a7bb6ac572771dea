import { readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { chainVerifier, type KeyRing } from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import { hashContent, noteRecordsRestored, TrailMemory, verifySeals, whole } from '../service/index.ts'
import {
  backUpSqliteStore,
  damagedRecords,
  type ReadTransaction,
  type Store,
  serverOwner,
} from '../store/index.ts'
import { maintenanceParts } from './server-keys.ts'

const pageSize = 500
/** Who owns the keys under which the issuers' private keys lie. */
const issuers = /^issuer:v[12]$/

/**
 * Looks at all of a store: every sealed value opens, every audit trail holds, no record is older than its trail says,
 * each environment has its revisions without a gap, no data key lacks its owner. Changes nothing. Gives a line; names each damaged item.
 *
 * @throws AppError STORE_SEALS_BROKEN with what is damaged
 */
export async function examine(store: Store, keyRing: KeyRing): Promise<string> {
  const bad: string[] = []
  const seals = await verifySeals(await maintenanceParts(store, keyRing))
  bad.push(...seals.bad)
  let entries = 0
  let revisions = 0
  const memory = new TrailMemory()
  for (const organization of await organizationsOf(store)) {
    const trail = await brokenTrail(store, organization.id, memory)
    entries += trail.entries
    if (trail.broken !== null) bad.push(`audit trail of ${organization.name}: ${trail.broken}`)
    const found = await brokenEnvironments(store, organization)
    revisions += found.revisions
    bad.push(...found.bad)
  }
  const own = await brokenTrail(store, serverOwner, memory)
  entries += own.entries
  if (own.broken !== null) bad.push(`audit trail of the server: ${own.broken}`)
  bad.push(...(await memory.differing(store)))
  bad.push(...(await orphanedKeys(store)))
  if (bad.length > 0) {
    throw new AppError('STORE_SEALS_BROKEN', {
      bad: bad.slice(0, 20),
      good: seals.good,
      all: seals.good + bad.length,
    })
  }
  return `${seals.good} sealed values open, ${revisions} revisions and ${entries} audit entries hold, no key lacks its owner`
}

/**
 * Puts every record that does not match its MAC back as it is in a backup, and nothing else. Gives a line of what was done
 * (R-25).
 *
 * @throws AppError STORE_SEALS_BROKEN when some are not whole in the backup either
 */
export async function bringBackFrom(
  { store, keyRing }: { readonly store: Store; readonly keyRing: KeyRing },
  kept: Store,
  backup: string,
): Promise<string> {
  const { damaged, count } = await damagedRecords(store)
  if (damaged.length === 0) return `all ${count} records match their MAC; nothing was put back`
  const lost: string[] = []
  for (const { table, keys, name } of damaged) {
    const row = await kept.read(({ protectedRecords }) => protectedRecords.wholeRow(table, keys))
    const back = await store.change(async ({ protectedRecords, tokens }) => {
      if (row !== null) return await protectedRecords.bringBack(table, keys, row)
      // A token that the backup does not know is ended: nobody can say any more what it may do.
      return table === 'access_tokens' && (await tokens.revoke(String(keys[0]), Date.now()))
    })
    if (!back) lost.push(`${name} is not whole in the backup either`)
  }
  const back = damaged.length - lost.length
  if (back > 0) await noteRecordsRestored(await maintenanceParts(store, keyRing), back)
  if (lost.length > 0) {
    throw new AppError('STORE_SEALS_BROKEN', { bad: lost.slice(0, 20), good: back, all: damaged.length })
  }
  return `put back from ${backup}, access tokens revoked: ${damaged.map(({ name }) => name).join(', ')}`
}

/** Runs `work` on a consistent copy of a file that a server may be working on; the copy's integrity was checked. */
export async function onCopy<T>(path: string, data: string, work: (copy: string) => Promise<T>): Promise<T> {
  const copy = join(data, `doctor-${process.pid}.db`)
  try {
    backUpSqliteStore(path, copy)
    return await work(copy)
  } finally {
    // The copy's log, its lock, and what an older schema was copied to before it was brought up to date.
    for (const name of readdirSync(data).filter((name) => name.startsWith(basename(copy))))
      rmSync(join(data, name), { force: true })
  }
}

async function organizationsOf(store: Store) {
  return await store.read(async ({ organizations }) => (await organizations.list(null, 100_000)).items)
}

async function brokenTrail(
  store: Store,
  id: string,
  memory: TrailMemory,
): Promise<{ entries: number; broken: string | null }> {
  const verify = chainVerifier()
  let after = 0
  for (;;) {
    const page = await store.read(({ auditEntries }) => auditEntries.forward(id, after, pageSize))
    for (const entry of page.items) {
      const broken = verify(entry)
      if (broken !== null) return { entries: after, broken: `entry ${broken.sequence}: ${broken.why}` }
      memory.note(entry)
      after = entry.sequence
    }
    if (!page.more) return { entries: after, broken: null }
  }
}

async function brokenEnvironments(
  store: Store,
  organization: { readonly id: string; readonly name: string },
) {
  const bad: string[] = []
  let revisions = 0
  const environments = await store.read(
    async (transaction) => (await transaction.environments.list([organization.id], null, 100_000)).items,
  )
  for (const { id, project, name, latest } of environments) {
    const numbers = await store.read((transaction) => revisionNumbers(transaction, id))
    revisions += numbers.length
    for (const number of numbers) {
      const revision = await whole(() => store.read((transaction) => transaction.revisions.get(id, number)))
      // A spoilt envelope is no envelope any more, and a spoilt word was never one: only the hash tells.
      if (revision !== null && hashContent(revision.source) !== revision.contentHash) {
        bad.push(`${organization.name}/${project}/${name}@${number} was altered`)
      }
    }
    const gap = numbers.findIndex((number, index) => number !== latest - index)
    if (gap !== -1 || numbers.length !== latest) {
      const missing = gap === -1 ? latest - numbers.length : latest - gap
      bad.push(`${organization.name}/${project}/${name}@${missing} is missing`)
    }
  }
  return { bad, revisions }
}

async function revisionNumbers({ revisions }: ReadTransaction, id: string): Promise<readonly number[]> {
  const numbers: number[] = []
  for (;;) {
    const page = await revisions.list(id, numbers.at(-1) ?? null, pageSize)
    numbers.push(...page.items.map(({ number }) => number))
    if (!page.more) return numbers
  }
}

/** One whose row was altered is there all the same. */
async function hasEnvironment({ environments }: ReadTransaction, id: string): Promise<boolean> {
  try {
    return (await environments.get(id)) !== null
  } catch (error) {
    if (error instanceof AppError && error.code === 'RECORD_INTEGRITY') return true
    throw error
  }
}

async function orphanedKeys(store: Store): Promise<readonly string[]> {
  const bad: string[] = []
  let after: string | null = null
  for (;;) {
    const from: string | null = after
    const page = await store.read(async (transaction) => {
      const found = await transaction.dataKeys.list(from, pageSize)
      for (const { id, ownerId } of found.items) {
        const known =
          ownerId === serverOwner ||
          issuers.test(ownerId) ||
          (await hasEnvironment(transaction, ownerId)) ||
          (await transaction.organizations.get(ownerId)) !== null
        if (!known) bad.push(`data key ${id} belongs to nothing`)
      }
      return found
    })
    const last = page.items.at(-1)
    if (!page.more || last === undefined) return bad
    after = last.id
  }
}
