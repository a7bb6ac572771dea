import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  createKeyFile,
  createKeyRing,
  type KeyRing,
  parseKeyFile,
  type RandomSource,
} from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import { initialiseVault, keyCheckOf, type Store } from '../store/index.ts'

/**
 * The key ring of a store. A store that has never sealed anything gets a new key file; one that has opens only with the key
 * it was sealed under, and otherwise nothing is written (S-05).
 *
 * @throws AppError KEY_FILE_MISSING, KEY_FILE_INVALID, KEY_MISMATCH
 */
export async function unlock(
  store: Store,
  path: string,
  random: RandomSource,
): Promise<{ keyRing: KeyRing; created: boolean }> {
  const check = await keyCheckOf(store)
  const found = readKeyFile(path)
  if (found === null && check !== null) throw new AppError('KEY_FILE_MISSING', { path, wanted: check.keyId })
  const text = found?.text ?? createKeyFile(random)
  const keyRing = createKeyRing(parseKeyFile(path, text, found?.mode ?? 0o600), [], random)
  if (check !== null) {
    keyRing.verify(check)
    return { keyRing, created: false }
  }
  // The file first: a crash in between leaves a key that sealed nothing, never sealed values without their key.
  if (found === null) createFile(path, text)
  await initialiseVault({ store, keyRing })
  return { keyRing, created: found === null }
}

function readKeyFile(path: string): { text: string; mode: number } | null {
  try {
    return { text: readFileSync(path, 'utf8'), mode: statSync(path).mode }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new AppError(
      'KEY_FILE_INVALID',
      { path, rule: 'it cannot be read', hint: 'check who owns it and its mode' },
      { cause: error },
    )
  }
}

function createFile(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    chmodSync(path, 0o600)
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  const folder = openSync(dirname(path), 'r')
  fsyncSync(folder)
  closeSync(folder)
}
