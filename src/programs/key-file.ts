import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { type KmsKeyOptions, kmsKeySource } from '../aws/index.ts'
import {
  createKeyFile,
  createKeyRing,
  createPassphraseFile,
  isPassphraseFile,
  type Key,
  type KeyCheck,
  type KeyRing,
  type KeySource,
  localKeySource,
  parseKeyFile,
  parsePassphraseFile,
  type RandomSource,
} from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import {
  initialiseVault,
  keyCheckOf,
  openVault,
  protectStore,
  type RecordProtection,
  rewrapDataKeys,
  type Store,
  type Vault,
} from '../store/index.ts'
import { systemBreakers } from './breakers.ts'

/** Where keys come from besides the key file. */
export interface KeySources {
  /** File with a passphrase; the key file then holds only what makes a key of it. */
  readonly passphraseFile?: string | undefined
  /** Key files from before; what they wrapped is wrapped anew under the first key. */
  readonly oldKeyFiles?: readonly string[]
  /** ARN of a key in AWS KMS, in the key file's place. */
  readonly kmsKey?: string | undefined
  /** KMS keys from before. */
  readonly oldKmsKeys?: readonly string[]
  readonly kmsEndpoint?: string | undefined
  readonly kmsCredentials?: KmsKeyOptions['credentials']
}

/** A store's keys. */
export interface Unlocked {
  readonly keyRing: KeyRing
  readonly vault: Vault
  /** The store's records are held against their MACs as far as it has come. */
  readonly protection: RecordProtection
  /** Whether nothing had ever been sealed in the store before. */
  readonly fresh: boolean
  /** Whether a key file was made. */
  readonly created: boolean
  /** Wraps under the first key what older keys wrapped; gives how many. Resumes, and does nothing when nothing is left (S-06). */
  readonly rewrap: (report?: (done: number) => void) => Promise<number>
}

/**
 * The key ring of a store. A store that has never sealed anything gets a new key file; one that has opens only with the key
 * it was sealed under, and otherwise nothing is written (S-05). A store of an old key opens with both, and `rewrap` brings it
 * over to the new one (S-06).
 *
 * @throws AppError KEY_FILE_MISSING, KEY_FILE_INVALID, KEY_MISMATCH, KEY_UNAVAILABLE, SETTING_INVALID
 */
export async function unlock(
  store: Store,
  path: string,
  random: RandomSource,
  sources: KeySources = {},
): Promise<Unlocked> {
  const check = await keyCheckOf(store)
  const { keyRing, older, newKeyText } = ringOf(path, check, random, sources)
  if (check !== null) await keyRing.verify(check)
  // The file first: a crash in between leaves a key that sealed nothing, never sealed values without their key.
  if (newKeyText !== null) createFile(path, newKeyText)
  if (check === null) await initialiseVault({ store, keyRing })
  const vault = await openVault({ store, keyRing, nowMs: () => Date.now(), random })
  const protection = await protectStore(store, vault)
  const rewrap: Unlocked['rewrap'] = async (report) =>
    older > 0 ? await rewrapDataKeys({ store, keyRing }, report) : 0
  return { keyRing, vault, protection, fresh: check === null, created: newKeyText !== null, rewrap }
}

/**
 * The key ring of what was sealed under `keyId`, without its store: for a backup. No key is made.
 *
 * @throws AppError KEY_FILE_MISSING, KEY_FILE_INVALID, SETTING_INVALID
 */
export function keyRingFor(
  keyId: string,
  path: string,
  random: RandomSource,
  sources: KeySources = {},
): KeyRing {
  return ringOf(path, { keyId, proof: '' }, random, sources).keyRing
}

interface Ring {
  readonly keyRing: KeyRing
  readonly older: number
  /** The text of a key file that is wanted and not there; `null` when there is one, or none is needed. */
  readonly newKeyText: string | null
}

function ringOf(path: string, check: KeyCheck | null, random: RandomSource, sources: KeySources): Ring {
  const { passphraseFile, oldKeyFiles = [], kmsKey, oldKmsKeys = [] } = sources
  const passphrase = passphraseFile === undefined ? null : readPassphrase(passphraseFile)
  const older = [
    ...oldKeyFiles.map((old) => localKeySource(keyOf(old, requiredFile(old), passphrase), random)),
    ...oldKmsKeys.map((arn) => kmsSource(arn, sources)),
  ]
  const found = kmsKey === undefined ? keyFileAt(path, check, older.length > 0) : null
  const text = kmsKey === undefined ? (found?.text ?? newKeyText(passphrase, random)) : ''
  const first =
    kmsKey === undefined
      ? localKeySource(keyOf(path, { text, mode: found?.mode ?? 0o600 }, passphrase), random)
      : kmsSource(kmsKey, sources)
  const isNew = kmsKey === undefined && found === null
  return {
    keyRing: createKeyRing(first, older, random),
    older: older.length,
    newKeyText: isNew ? text : null,
  }
}

function kmsSource(arn: string, { kmsEndpoint, kmsCredentials }: KeySources): KeySource {
  return kmsKeySource({
    arn,
    breakers: systemBreakers(),
    ...(kmsEndpoint === undefined ? {} : { endpoint: kmsEndpoint }),
    ...(kmsCredentials === undefined ? {} : { credentials: kmsCredentials }),
  })
}

/** With an old key at hand a new key file is wanted on purpose; without, a missing file is a lost one. */
function keyFileAt(
  path: string,
  check: Pick<KeyCheck, 'keyId'> | null,
  isChange: boolean,
): ReturnType<typeof readKeyFile> {
  const found = readKeyFile(path)
  if (found === null && check !== null && !isChange)
    throw new AppError('KEY_FILE_MISSING', { path, wanted: check.keyId })
  return found
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
