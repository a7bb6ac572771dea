import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { systemRandom } from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import { settleRestored } from '../service/index.ts'
import {
  backUpSqliteStore,
  inspectSqliteStore,
  keyCheckOf,
  openSqliteStore,
  type Store,
} from '../store/index.ts'
import { files } from '../world/files.ts'
import { backupHead, openBackup, sealBackup } from './backup-file.ts'
import { keyRingFor, unlock } from './key-file.ts'
import type { SettingsReader } from './options.ts'
import { inFolder } from './own-folder.ts'
import { examine } from './server-doctor.ts'
import { keySources, maintenanceParts } from './server-keys.ts'

const nowMs = () => Date.now()

/** Beside the store: when it was last backed up. */
const lastBackup = 'last-backup'

/** When a backup of the data folder was last made with this program; null when never. */
export function lastBackupMs(data: string): number | null {
  try {
    return (
      Number((JSON.parse(readFileSync(join(data, lastBackup), 'utf8')) as { madeMs?: unknown }).madeMs) ||
      null
    )
  } catch {
    return null
  }
}

async function noteBackup(store: string): Promise<void> {
  await files.write(
    join(dirname(store), lastBackup),
    Buffer.from(`${JSON.stringify({ madeMs: nowMs() })}\n`),
    0o600,
  )
}

/** Where a backup comes from or goes to, and the settings of its key. */
export interface BackupPlace {
  /** The store's file. */
  readonly store: string
  readonly backup: string
  readonly settings: SettingsReader
}

/**
 * Writes a consistent copy of the store, sealed as a whole under a fresh key that the store's key wraps (S-74); or, with the
 * setting `plain`, as it is. Gives a line.
 */
export async function backUp({ store, backup, settings }: BackupPlace): Promise<string> {
  const target = resolve(backup)
  if (settings.flag('plain')) {
    backUpSqliteStore(store, target)
    await noteBackup(store)
    return `wrote ${target}; it holds no key: keep a copy of the key file elsewhere`
  }
  if (existsSync(target)) throw new AppError('BACKUP_EXISTS', { path: target })
  // Beside the store, where there is room for it, and nobody else may look.
  return await inFolder(dirname(store), async (folder) => {
    const copy = join(folder, 'copy.db')
    backUpSqliteStore(store, copy)
    const { schema, keyId } = inspectSqliteStore(copy)
    if (keyId === null) throw new AppError('KEY_NOT_INITIALISED')
    const ring = keyRingFor(keyId, keyFileOf(settings, dirname(store)), systemRandom, keySources(settings))
    await sealBackup(ring, copy, target, { madeMs: nowMs(), schema })
    await noteBackup(store)
    return `wrote ${target}, sealed under ${ring.keyId}; it holds no key: keep a copy of that elsewhere`
  })
}

/**
 * Looks at all of a backup without restoring it: it is whole and unaltered, of a schema that this program knows, and everything
 * in it opens and holds. Gives a line.
 */
export async function verifyBackup({ store, backup, settings }: BackupPlace): Promise<string> {
  return await inFolder(tmpdir(), async (folder) => {
    const copy = join(folder, 'copy.db')
    const madeMs = await copyOf({ store, backup, settings }, copy)
    const opened = await openSqliteStore({ path: copy, nowMs })
    try {
      if ((await keyCheckOf(opened)) === null) return `${resolve(backup)} is whole; it is empty`
      const keyFile = keyFileOf(settings, dirname(store))
      const { keyRing } = await unlock(opened, keyFile, systemRandom, keySources(settings))
      const of = madeMs === null ? 'not sealed as a whole' : `of ${new Date(madeMs).toISOString()}`
      return `${resolve(backup)}, ${of}: ${await examine(opened, keyRing)}`
    } finally {
      await opened.close()
    }
  })
}

/** Runs `work` on the store that a backup holds, in a copy that is removed afterwards; its records are held against their MACs. */
export async function onBackup<T>(place: BackupPlace, work: (kept: Store) => Promise<T>): Promise<T> {
  return await inFolder(tmpdir(), async (folder) => {
    const copy = join(folder, 'copy.db')
    await copyOf(place, copy)
    const kept = await openSqliteStore({ path: copy, nowMs })
    try {
      const keyFile = keyFileOf(place.settings, dirname(place.store))
      await unlock(kept, keyFile, systemRandom, keySources(place.settings))
      return await work(kept)
    } finally {
      await kept.close()
    }
  })
}

/** Puts a backup where there is no store yet, checked before and after: file, schema and key; then ends all tokens (S-74). */
export async function restoreBackup({ store: path, backup, settings }: BackupPlace): Promise<string> {
  if (existsSync(path)) throw new AppError('BACKUP_EXISTS', { path })
  const data = dirname(path)
  const made = mkdirSync(data, { recursive: true, mode: 0o700 })
  try {
    return await inFolder(data, async (folder) => {
      const copy = join(folder, 'copy.db')
      await copyOf({ store: path, backup, settings }, copy)
      // Gets its name when its tokens are ended, not before: a server that starts after a death in between finds nothing.
      const told = await settle({ copy, path, data, settings })
      backUpSqliteStore(copy, path)
      return told
    })
  } catch (error) {
    for (const suffix of ['', '-wal', '-shm', '.lock']) rmSync(`${path}${suffix}`, { force: true })
    if (made !== undefined) rmSync(made, { recursive: true, force: true })
    throw error
  }
}

async function settle(restored: {
  readonly copy: string
  readonly path: string
  readonly data: string
  readonly settings: SettingsReader
}): Promise<string> {
  const { copy, path, data, settings } = restored
  const store = await openSqliteStore({ path: copy, nowMs })
  try {
    // A store that never sealed anything has no key, no tokens and no past.
    if ((await keyCheckOf(store)) === null) return `restored ${path}; it was empty`
    const { keyRing } = await unlock(store, keyFileOf(settings, data), systemRandom, keySources(settings))
    const { asOfMs, tokensDisabled, token } = await settleRestored(await maintenanceParts(store, keyRing))
    const tokenFile = resolve(settings.text('tokenFile') ?? join(data, 'restored-token'))
    if (token !== null) await files.write(tokenFile, Buffer.from(`${token}\n`), 0o600)
    const asOf = asOfMs === null ? path : new Date(asOfMs).toISOString()
    const next = token === null ? '' : `; a new one, for a day, is in ${tokenFile}`
    return `restored to ${asOf}; ${tokensDisabled} tokens disabled${next}`
  } finally {
    await store.close()
  }
}

/** Copies what a backup holds, checked; gives when it was made, `null` for one that is not sealed as a whole. */
async function copyOf({ store, backup, settings }: BackupPlace, copy: string): Promise<number | null> {
  const source = resolve(backup)
  if (!existsSync(source)) throw new AppError('STORE_UNWRITABLE', { path: source })
  const head = backupHead(source)
  if (head === null) {
    backUpSqliteStore(source, copy)
    return null
  }
  const keyFile = keyFileOf(settings, dirname(store))
  await openBackup(keyRingFor(head.keyId, keyFile, systemRandom, keySources(settings)), source, copy)
  return head.madeMs
}

function keyFileOf(settings: SettingsReader, data: string): string {
  return settings.text('keyFile') ?? join(data, 'key')
}
