import { createSecretKey, scryptSync } from 'node:crypto'
import { AppError } from '../diag/index.ts'
import { keyIdOf } from './key-file.ts'
import type { RandomSource } from './random.ts'
import type { Key } from './seal.ts'

const header = 'openesc-passphrase-v1'
const blockSize = 8
/** 2^18 blocks: 256 MiB and most of a second for each guess (S-04). */
const defaultCost = 18
const costs = { min: 10, max: 20 }
const saltBytes = 16
const leastCharacters = 12

/**
 * What stands in the place of a key file when the key comes from a passphrase: `openesc-passphrase-v1 <key id> <cost> <salt>`.
 * It is no secret, but without it the passphrase opens nothing.
 *
 * `cost` is the base-2 logarithm of scrypt's N.
 *
 * @throws AppError KEY_FILE_INVALID for a passphrase that is too short
 */
export function createPassphraseFile(passphrase: string, random: RandomSource, cost = defaultCost): string {
  if ([...passphrase].length < leastCharacters) {
    const rule = `the passphrase has fewer than ${leastCharacters} characters`
    throw new AppError('KEY_FILE_INVALID', { path: 'passphrase', rule, hint: 'choose a longer one' })
  }
  const salt = random(saltBytes)
  const bytes = derive(passphrase, salt, cost)
  const text = `${header} ${keyIdOf(bytes)} ${cost} ${Buffer.from(salt).toString('base64')}\n`
  bytes.fill(0)
  return text
}

/** Whether the text of a key file says that its key comes from a passphrase. */
export function isPassphraseFile(text: string): boolean {
  return text.startsWith(`${header} `)
}

/**
 * The key that a passphrase and its file give.
 *
 * @throws AppError KEY_FILE_INVALID for a damaged file, KEY_MISMATCH for a wrong passphrase
 */
export function parsePassphraseFile(path: string, text: string, passphrase: string): Key {
  const [found, id = '', costText = '', saltText = '', ...rest] = text.trim().split(' ')
  const cost = Number(costText)
  const salt = Buffer.from(saltText, 'base64')
  const isCost = Number.isInteger(cost) && cost >= costs.min && cost <= costs.max
  if (found !== header || !isCost || salt.length !== saltBytes || rest.length > 0) {
    const hint = 'restore the file from where you keep it'
    throw new AppError('KEY_FILE_INVALID', { path, rule: 'it is damaged or cut off', hint })
  }
  const bytes = derive(passphrase, salt, cost)
  const got = keyIdOf(bytes)
  if (got !== id) throw new AppError('KEY_MISMATCH', { wanted: id, got: 'another passphrase' })
  const secret = createSecretKey(bytes)
  bytes.fill(0)
  return { id, secret }
}

function derive(passphrase: string, salt: Uint8Array, cost: number): Buffer {
  const N = 2 ** cost
  // Two spellings of one letter are one passphrase.
  return scryptSync(passphrase.normalize('NFC'), salt, 32, {
    N,
    r: blockSize,
    p: 1,
    maxmem: 128 * N * blockSize + 2 ** 20,
  })
}
