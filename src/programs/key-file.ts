import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  createKeyFile,
  createKeyRing,
  createPassphraseFile,
  isPassphraseFile,
  type Key,
  type KeyRing,
  parseKeyFile,
  parsePassphraseFile,
  type RandomSource,
} from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import { initialiseVault, keyCheckOf, rewrapDataKeys, type Store } from '../store/index.ts'

/** Where keys come from besides the key file. */
export interface KeySources {
  /** File with a passphrase; the key file then holds only what makes a key of it. */
  readonly passphraseFile?: string | undefined
  /** Key files from before; what they wrapped is wrapped anew under the key file's key. */
  readonly oldKeyFiles?: readonly string[]
}

/**
 * The key ring of a store. A store that has never sealed anything gets a new key file; one that has opens only with the key
 * it was sealed under, and otherwise nothing is written (S-05). A store of an old key comes over to the new one (S-06).
 *
 * @throws AppError KEY_FILE_MISSING, KEY_FILE_INVALID, KEY_MISMATCH
 */
export async function unlock(
  store: Store,
  path: string,
  random: RandomSource,
  { passphraseFile, oldKeyFiles = [] }: KeySources = {},
): Promise<{ keyRing: KeyRing; created: boolean; rewrapped: number }> {
  const check = await keyCheckOf(store)
  const found = readKeyFile(path)
  // With an old key at hand a new key file is wanted on purpose; without, a missing file is a lost one.
  if (found === null && check !== null && oldKeyFiles.length === 0) {
    throw new AppError('KEY_FILE_MISSING', { path, wanted: check.keyId })
  }
  const passphrase = passphraseFile === undefined ? null : readPassphrase(passphraseFile)
  const text = found?.text ?? newKeyText(passphrase, random)
  const first = keyOf(path, { text, mode: found?.mode ?? 0o600 }, passphrase)
  const older = oldKeyFiles.map((old) => keyOf(old, requiredFile(old), passphrase))
  const keyRing = createKeyRing(first, older, random)
  if (check !== null) keyRing.verify(check)
  // The file first: a crash in between leaves a key that sealed nothing, never sealed values without their key.
  if (found === null) createFile(path, text)
  if (check === null) await initialiseVault({ store, keyRing })
  const rewrapped = older.length > 0 && check !== null ? await rewrapDataKeys({ store, keyRing }) : 0
  return { keyRing, created: found === null, rewrapped }
}

function newKeyText(passphrase: string | null, random: RandomSource): string {
  return passphrase === null ? createKeyFile(random) : createPassphraseFile(passphrase, random)
}

function keyOf(path: string, file: { text: string; mode: number }, passphrase: string | null): Key {
  if (!isPassphraseFile(file.text)) return parseKeyFile(path, file.text, file.mode)
  if (passphrase !== null) return parsePassphraseFile(path, file.text, passphrase)
  throw new AppError('KEY_FILE_INVALID', {
    path,
    rule: 'its key comes from a passphrase, and none was given',
    hint: 'name the file that holds it with --passphrase-file',
  })
}

function readPassphrase(path: string): string {
  const { text, mode } = requiredFile(path)
  if ((mode & 0o077) !== 0) {
    const rule = `other users may read it (mode ${(mode & 0o777).toString(8)})`
    throw new AppError('KEY_FILE_INVALID', { path, rule, hint: `run \`chmod 600 ${path}\`` })
  }
  return text.replace(/\r?\n$/, '')
}

function requiredFile(path: string): { text: string; mode: number } {
  const file = readKeyFile(path)
  if (file !== null) return file
  throw new AppError('KEY_FILE_INVALID', { path, rule: 'there is no such file', hint: 'check the path' })
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
