import { createHash } from 'node:crypto'
import { closeSync, fstatSync, fsyncSync, linkSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  chunkOpener,
  chunkOverhead,
  chunkSealer,
  type Key,
  type KeyRing,
  systemRandom,
} from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'

/** What stands in clear at the beginning of a sealed backup; all of it is bound to the rest. */
export interface BackupHead {
  readonly madeMs: number
  readonly schema: number
  /** The key that wraps the backup's own. */
  readonly keyId: string
  readonly dataKeyId: string
  /** Base64. */
  readonly wrapped: string
}

const magic = 'openesc backup 1\n'
const chunkBytes = 65_536
const checksumBytes = 32
const mostHeadBytes = 4_096
const place = ['backup']

/**
 * Seals a file into a backup under a fresh key that the ring wraps: authenticated as a whole, with a checksum at its end that
 * tells damage from a wrong key. The target appears whole, or not at all.
 *
 * @throws AppError BACKUP_EXISTS, KEY_UNAVAILABLE
 */
export async function sealBackup(
  keyRing: KeyRing,
  source: string,
  target: string,
  facts: Pick<BackupHead, 'madeMs' | 'schema'>,
): Promise<void> {
  const dataKeyId = `b_${Buffer.from(systemRandom(12)).toString('hex')}`
  const { key, wrapped } = await keyRing.createDataKey(dataKeyId, place)
  const kept: BackupHead = {
    ...facts,
    keyId: keyRing.keyId,
    dataKeyId,
    wrapped: Buffer.from(wrapped).toString('base64'),
  }
  const head = Buffer.from(`${magic}${JSON.stringify(kept)}\n`)
  const partial = `${target}.partial`
  rmSync(partial, { force: true })
  try {
    withFile(source, 'r', (from) => withFile(partial, 'wx', (to) => sealInto(from, to, head, key)))
    // Unlike a rename, a link never replaces what came into being meanwhile.
    linkSync(partial, target)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new AppError('BACKUP_EXISTS', { path: target }, { cause: error })
    throw error
  } finally {
    rmSync(partial, { force: true })
  }
  withFile(dirname(target), 'r', (folder) => fsyncSync(folder))
}

function sealInto(from: number, to: number, head: Uint8Array, key: Key): void {
  const checksum = createHash('sha256')
  const write = (bytes: Uint8Array) => {
    checksum.update(bytes)
    writeAll(to, bytes)
  }
  write(head)
  const seal = chunkSealer(key, head)
  let chunk = readAt(from, null, chunkBytes)
  for (;;) {
    const next = readAt(from, null, chunkBytes)
    write(seal(chunk, next.length === 0))
    if (next.length === 0) break
    chunk = next
  }
  writeAll(to, checksum.digest())
  fsyncSync(to)
}

/** The head of a sealed backup; `null` when the file is a database's instead. @throws AppError BACKUP_DAMAGED */
export function backupHead(path: string): BackupHead | null {
  return withFile(path, 'r', (file) => {
    const found = headOf(file, path)
    // Every other file, an empty one too, would be taken for an empty store.
    if (found === null && !readAt(file, 0, 16).equals(Buffer.from('SQLite format 3\0')))
      throw damaged(path, 'is neither a sealed backup nor a database file')
    return found?.head ?? null
  })
}

/**
 * Opens a sealed backup into a new file. The checksum is compared first, then every chunk is opened: what is found is whole
 * and unaltered, or the file is not made.
 *
 * @throws AppError BACKUP_DAMAGED, KEY_MISMATCH, KEY_UNAVAILABLE
 */
export async function openBackup(keyRing: KeyRing, path: string, target: string): Promise<BackupHead> {
  const found = withFile(path, 'r', (file) => {
    const read = headOf(file, path)
    if (read === null) throw damaged(path, 'is no sealed backup')
    compareChecksum(file, path)
    return read
  })
  const { dataKeyId, wrapped, keyId } = found.head
  const key = await keyRing
    .unwrap(dataKeyId, place, Buffer.from(wrapped, 'base64'), keyId)
    .catch((error: unknown) => {
      throw isIntegrity(error) ? damaged(path, 'has a wrapped key that was altered') : error
    })
  try {
    withFile(path, 'r', (from) => withFile(target, 'wx', (to) => openInto(from, to, found, key)))
  } catch (error) {
    rmSync(target, { force: true })
    throw isIntegrity(error) ? damaged(path, 'was altered') : error
  }
  return found.head
}

function openInto(from: number, to: number, { bytes: head }: { bytes: Uint8Array }, key: Key): void {
  const open = chunkOpener(key, head)
  const end = sizeOf(from) - checksumBytes
  for (let at = head.length; ; ) {
    const sealed = readAt(from, at, Math.min(chunkBytes + chunkOverhead, end - at))
    at += sealed.length
    writeAll(to, open(sealed, at >= end))
    if (at >= end) break
  }
  fsyncSync(to)
}

function headOf(file: number, path: string): { head: BackupHead; bytes: Uint8Array } | null {
  const start = readAt(file, 0, mostHeadBytes)
  if (!start.subarray(0, magic.length).equals(Buffer.from(magic))) return null
  const end = start.indexOf('\n', magic.length)
  try {
    const head = JSON.parse(start.toString('utf8', magic.length, end)) as Record<string, unknown>
    for (const name of ['keyId', 'dataKeyId', 'wrapped'])
      if (typeof head[name] !== 'string') throw new Error(`${name} is missing`)
    for (const name of ['madeMs', 'schema'])
      if (!Number.isSafeInteger(head[name])) throw new Error(`${name} is missing`)
    // Every member was looked at.
    return { head: head as unknown as BackupHead, bytes: start.subarray(0, end + 1) }
  } catch (error) {
    throw damaged(path, 'has a head that cannot be read', error)
  }
}

function compareChecksum(file: number, path: string): void {
  const end = sizeOf(file) - checksumBytes
  const checksum = createHash('sha256')
  for (let at = 0; at < end; ) {
    const bytes = readAt(file, at, Math.min(1_048_576, end - at))
    checksum.update(bytes)
    at += bytes.length
  }
  if (!checksum.digest().equals(readAt(file, Math.max(end, 0), checksumBytes)))
    throw damaged(path, 'is damaged or cut off: its checksum does not fit')
}

function damaged(path: string, what: string, cause?: unknown): AppError {
  return new AppError('BACKUP_DAMAGED', { path, what }, { cause })
}

function isIntegrity(error: unknown): boolean {
  return error instanceof AppError && error.code === 'VALUE_INTEGRITY'
}

/** As many bytes as there are, at most `most`; from where the file stands when `at` is null. */
function readAt(file: number, at: number | null, most: number): Buffer {
  const bytes = Buffer.alloc(most)
  let length = 0
  while (length < most) {
    const read = readSync(file, bytes, length, most - length, at === null ? null : at + length)
    if (read === 0) break
    length += read
  }
  return bytes.subarray(0, length)
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}

function sizeOf(file: number): number {
  return fstatSync(file).size
}

function withFile<T>(path: string, flags: 'r' | 'wx', work: (file: number) => T): T {
  const file = openSync(path, flags, 0o600)
  try {
    return work(file)
  } finally {
    closeSync(file)
  }
}
