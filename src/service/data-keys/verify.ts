import { sealingKeyId } from '../../crypto/index.ts'
import { AppError } from '../../diag/index.ts'
import { type DataKey, damagedRecords, type Page } from '../../store/index.ts'
import { formatPropertyPath } from '../../value/index.ts'
import { formatName } from '../names.ts'
import type { ServiceParts } from '../parts.ts'
import { secretsOfText } from '../texts.ts'
import { type Home, textOf } from '../value-crypters.ts'
import { homesOf, organizationsOf } from './reseal.ts'

/** What opening everything found. */
export interface Verified {
  readonly good: number
  /** What does not open, by name; at most a hundred. */
  readonly bad: readonly string[]
  /** Values that still lie under a data key that was retired. */
  readonly underRetiredKeys: number
  /** Data keys that another key than the first wraps: while there are any, that key is needed. */
  readonly underOldKeys: number
}

const pageSize = 200
const mostNames = 100

/**
 * Unwraps every data key and opens every sealed value of every revision, where it stands. Changes nothing and shows nothing.
 *
 * @throws AppError KEY_UNAVAILABLE when a key cannot be used: then nothing can be said
 */
export async function verifySeals(parts: ServiceParts): Promise<Verified> {
  const found = { good: 0, bad: [] as string[], underRetiredKeys: 0, underOldKeys: 0 }
  const note = async (what: () => string, open: () => Promise<unknown>) => {
    try {
      await open()
      found.good += 1
    } catch (error) {
      if (error instanceof AppError && error.kind === 'unavailable' && error.code !== 'KEY_MISMATCH')
        throw error
      if (found.bad.length < mostNames) found.bad.push(what())
    }
  }
  const retired = new Set<string>()
  const { keyRing, store } = parts
  for (let after: string | null = null; ; ) {
    const from: string | null = after
    const page: Page<DataKey> = await store.read(({ dataKeys }) => dataKeys.list(from, pageSize))
    for (const { id, ownerId, wrapped, keyId, retiredMs } of page.items) {
      if (retiredMs !== null) retired.add(id)
      if (keyRing === undefined) continue
      if (keyId !== keyRing.keyId) found.underOldKeys += 1
      await note(
        () => `data key ${id}`,
        () => keyRing.unwrap(id, [ownerId], wrapped, keyId),
      )
    }
    if (!page.more) break
    after = page.items.at(-1)!.id
  }
  for (const organization of await organizationsOf(parts)) {
    for (const home of await homesOf(parts, organization)) {
      await eachValue(parts, home, async (what, ciphertext, open) => {
        if (isUnder(retired, ciphertext)) found.underRetiredKeys += 1
        await note(what, open)
      })
    }
  }
  // A record that was altered is no seal, but whoever asks whether all is as it was left wants to know of it.
  const { damaged } = await damagedRecords(store)
  for (const { name } of damaged) if (found.bad.length < mostNames) found.bad.push(name)
  return found
}

/** What a read gives; null for a record that was altered, which is named apart. */
export async function whole<T>(read: () => Promise<T | null>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof AppError && error.code === 'RECORD_INTEGRITY') return null
    throw error
  }
}

async function eachValue(
  parts: ServiceParts,
  { environment, organization }: Home,
  meet: (what: () => string, ciphertext: Uint8Array, open: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  // To the last one, over any that is missing: a gap must not hide what lies behind it.
  for (let number = 1; number <= environment.latest; number += 1) {
    const revision = await whole(() =>
      parts.store.read(({ revisions }) => revisions.get(environment.id, number)),
    )
    if (revision === null) continue
    const secrets = await secretsOfText(parts, { organization, name: '', source: revision.source })
    if (secrets.length === 0) continue
    const crypter = parts.crypterFor(environment, organization, textOf(revision))
    for (const { path, ciphertext } of secrets) {
      const what = () => `${formatName(environment)}@${number} ${formatPropertyPath(path)}`
      await meet(what, ciphertext, () => crypter.decrypt(ciphertext, path))
    }
  }
}

function isUnder(retired: ReadonlySet<string>, ciphertext: Uint8Array): boolean {
  try {
    return retired.has(sealingKeyId(ciphertext))
  } catch {
    return false
  }
}
