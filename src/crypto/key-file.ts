import { createHash, createSecretKey, timingSafeEqual } from 'node:crypto'
import { AppError } from '../diag/index.ts'
import type { RandomSource } from './random.ts'
import type { Key } from './seal.ts'

const header = 'openesc-key-v1'
const keyBytes = 32

/**
 * A new key-encryption key as the text of its file: `openesc-key-v1 <key id> <base64 of 32 bytes>` and a line
 * end. Write it once, mode 0600, outside the data folder; whoever loses it loses everything sealed (S-04, S-05).
 */
export function createKeyFile(random: RandomSource): string {
  const bytes = random(keyBytes)
  const text = `${header} ${keyIdOf(bytes)} ${Buffer.from(bytes).toString('base64')}\n`
  bytes.fill(0)
  return text
}

/**
 * The key of a key file's text.
 *
 * `mode` is the file's permission bits; anything readable by others than its owner is refused.
 *
 * @throws AppError KEY_FILE_INVALID naming the file and what is wrong, never its content
 */
export function parseKeyFile(path: string, text: string, mode: number): Key {
  if ((mode & 0o077) !== 0) {
    const rule = `other users may read it (mode ${(mode & 0o777).toString(8)})`
    throw new AppError('KEY_FILE_INVALID', { path, rule, hint: `run \`chmod 600 ${path}\`` })
  }
  const [found, id, encoded, ...rest] = text.trim().split(' ')
  const invalid = (rule: string) =>
    new AppError('KEY_FILE_INVALID', { path, rule, hint: 'restore the file from where you keep it' })
  if (text.trim() === '') throw invalid('it is empty')
  if (found !== header) throw invalid(`it does not begin with \`${header}\``)
  if (id === undefined || encoded === undefined || rest.length > 0) throw invalid('it is damaged or cut off')
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length !== keyBytes || !sameText(keyIdOf(bytes), id)) throw invalid('it is damaged or cut off')
  const secret = createSecretKey(bytes)
  bytes.fill(0)
  return { id, secret }
}

/** The id of a key: a hash of it, so that a damaged key does not pass for itself. */
export function keyIdOf(bytes: Uint8Array): string {
  const digest = createHash('sha256').update('openesc key id').update(bytes).digest('hex')
  return `k_${digest.slice(0, 16)}`
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
