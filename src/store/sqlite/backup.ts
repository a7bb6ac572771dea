import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { AppError } from '../../diag/index.ts'
import { Connection } from './connection.ts'
import { failureOf } from './failure.ts'

const busyMilliseconds = 5000

/**
 * Writes a consistent copy of a store file to `target`, also while a server works on it, and checks the copy
 * before it gets its name. It holds sealed values and wrapped keys, never the key file.
 *
 * @throws AppError BACKUP_EXISTS when there is a file of that name; STORE_UNWRITABLE, STORE_DAMAGED, STORAGE_FULL
 */
export function backUpSqliteStore(path: string, target: string): void {
  const source = resolve(path)
  const copy = resolve(target)
  if (existsSync(copy)) throw new AppError('BACKUP_EXISTS', { path: copy })
  if (!existsSync(source)) throw new AppError('STORE_UNWRITABLE', { path: source })
  let connection: Connection | null = null
  try {
    connection = new Connection(source, busyMilliseconds)
    copyStore(connection, source, copy)
  } catch (error) {
    throw failureOf(error, source)
  } finally {
    connection?.close()
  }
}

/**
 * The schema of a store file that nobody works on, and the key that it was sealed under; `null` for one that never sealed
 * anything. The file stays as it is.
 *
 * @throws AppError STORE_DAMAGED
 */
export function inspectSqliteStore(path: string): {
  readonly schema: number
  readonly keyId: string | null
} {
  let connection: Connection | null = null
  try {
    connection = new Connection(path, busyMilliseconds)
    const schema = connection.first('select max(number) as last from schema_migrations', [])
    const check = connection.first(
      "select value from settings where owner_id = 'server' and name = 'keyCheck'",
      [],
    )
    // The store's own rows; a file without these tables has thrown.
    const { last } = schema as { last: number | null }
    const found = check as { value: string } | undefined
    return {
      schema: last ?? 0,
      keyId: found === undefined ? null : (JSON.parse(found.value) as { keyId: string }).keyId,
    }
  } catch (error) {
    throw failureOf(error, path)
  } finally {
    connection?.close()
  }
}

/** Copies the store a connection is on; an older file of the name is replaced only when the copy is whole. */
export function copyStore(connection: Connection, path: string, target: string): void {
  const partial = `${target}.partial`
  rmSync(partial, { force: true })
  closeSync(openSync(partial, 'wx', 0o600))
  connection.execute('vacuum into ?', [partial])
  const copy = new Connection(partial, busyMilliseconds)
  try {
    if (copy.pragma('integrity_check') !== 'ok') throw new AppError('STORE_DAMAGED', { path })
  } finally {
    copy.close()
  }
  syncPath(partial)
  renameSync(partial, target)
  syncPath(dirname(target))
}

function syncPath(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
