import { serverOwner } from './key-check.ts'
import { createRecordMacs, noMacs } from './sql/record-macs.ts'
import type { Store } from './store.ts'
import type { Vault } from './vault.ts'
import type { ExaminedRecords } from './workflow.ts'

/** `writing`: records get MACs, and none is refused yet. `enforced`: a record without its MAC is refused. */
export type Protection = 'off' | 'writing' | 'enforced'

const setting = 'recordProtection'
const secretName = 'records'
const batch = 1_000

/** How far the records of a store are protected. */
export interface RecordProtection {
  readonly state: Protection
  /** Looks again: another server may have gone on. */
  refresh(): Promise<Protection>
}

/**
 * Holds the records of a store against their MACs from now on, as far as the store has come. The key of the MACs is a secret
 * of the vault, from which each owner's is derived: so reads need no key that lies elsewhere.
 */
export async function protectStore(store: Store, vault: Pick<Vault, 'secret'>): Promise<RecordProtection> {
  let state: Protection = 'off'
  const refresh = async () => {
    const kept = await store.read(({ settings }) => settings.get(serverOwner, setting))
    const next = kept === 'writing' || kept === 'enforced' ? kept : 'off'
    if (next !== state) {
      store.protect(
        next === 'off' ? noMacs : createRecordMacs(await vault.secret(secretName), next === 'enforced'),
      )
      state = next
    }
    return state
  }
  await refresh()
  return {
    get state() {
      return state
    },
    refresh,
  }
}

/**
 * Puts a MAC on every record and refuses records without one from then on. Servers that know nothing of MACs must not run
 * on this store any more; those that do have seen it after `settle`, before the last records get theirs. Interrupted, it goes
 * on when it is called again.
 *
 * @returns how many records got a MAC
 */
export async function enforceProtection(
  store: Store,
  vault: Pick<Vault, 'secret'>,
  settle: () => Promise<void>,
): Promise<number> {
  // Made before anything needs it.
  await vault.secret(secretName)
  const protection = await protectStore(store, vault)
  if (protection.state === 'enforced') return 0
  if (protection.state === 'off') {
    await store.change(({ settings }) => settings.put(serverOwner, setting, 'writing'))
    await protection.refresh()
    await settle()
  }
  const count = await inPages(store, (table, after) =>
    store.change(({ protectedRecords }) => protectedRecords.sealMissing(table, after, batch)),
  )
  await store.change(async ({ settings, protectedRecords }) => {
    await settings.put(serverOwner, setting, 'enforced')
    await protectedRecords.refuseOlder()
  })
  await protection.refresh()
  return count
}

/** Goes through all tables a page after the other, and counts the records. */
async function inPages(
  store: Store,
  page: (table: string, after: readonly unknown[] | null) => Promise<ExaminedRecords>,
): Promise<number> {
  let count = 0
  const tables = await store.read(async ({ protectedRecords }) => protectedRecords.tables)
  for (const table of tables) {
    let after: readonly unknown[] | null = null
    do {
      const done: ExaminedRecords = await page(table, after)
      count += done.count
      after = done.last
    } while (after !== null)
  }
  return count
}

/** A record that does not match its MAC. */
export interface DamagedRecord {
  readonly name: string
  readonly table: string
  readonly keys: readonly unknown[]
}

/** All records that do not match their MAC, of all tables, and how many were looked at. Nothing is changed. */
export async function damagedRecords(
  store: Store,
): Promise<{ readonly count: number; readonly damaged: readonly DamagedRecord[] }> {
  const damaged: DamagedRecord[] = []
  const count = await inPages(store, async (table, after) => {
    const page = await store.read(({ protectedRecords }) => protectedRecords.examine(table, after, batch))
    damaged.push(...page.bad.map((bad) => ({ ...bad, table })))
    return page
  })
  return { count, damaged }
}
