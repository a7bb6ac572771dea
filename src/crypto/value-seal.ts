import { createHash } from 'node:crypto'
import { AppError } from '../diag/index.ts'
import type { PropertyPath } from '../value/index.ts'
import type { Place } from './aad.ts'
import type { RandomSource } from './random.ts'
import { type Key, seal, sealedParts, sealForm, unseal } from './seal.ts'

/** Where a definition's secret stands: ids that never change, and the path of its `fn::secret` from the document's root. */
export interface ValuePlace {
  readonly organizationId: string
  readonly projectId: string
  readonly environmentId: string
  readonly path: PropertyPath
}

const version = 2

/**
 * Seals a definition's secret, bound to its place and to the revision that seals it (S-02). An empty path and revision 0
 * stand for a value that has no place yet: it opens only as such.
 */
export function sealValue(
  key: Key,
  place: ValuePlace,
  revision: number,
  plaintext: Uint8Array,
  random: RandomSource,
): Uint8Array {
  return sealForm({ version, header: uint32(revision) }, key, placeOf(place, revision), plaintext, random)
}

/** @throws AppError VALUE_INTEGRITY when it was sealed by another key, for another place, or was altered */
export function unsealValue(key: Key, place: ValuePlace, sealed: Uint8Array): Uint8Array {
  return unseal(key, placeOf(place, sealingRevision(sealed) ?? Number.NaN), sealed)
}

/**
 * The revision that sealed a value; `null` for a seal of the form before, which was bound to its environment alone.
 *
 * @throws AppError VALUE_INTEGRITY when it is none
 */
export function sealingRevision(sealed: Uint8Array): number | null {
  const parts = sealedParts(sealed)
  return parts.version === version ? parts.header.readUInt32BE() : null
}

/**
 * Ties a sealed value to the revision that holds it, which need not be the one that sealed it: a value that a revision
 * takes over keeps its bytes. Without the bond, a value of an earlier revision could be put back unnoticed.
 */
export function bondValue(
  key: Key,
  place: ValuePlace,
  revision: number,
  sealed: Uint8Array,
  random: RandomSource,
): Uint8Array {
  return seal(key, bondPlace(place, revision, sealed), new Uint8Array(0), random)
}

/** @throws AppError VALUE_INTEGRITY when the bond was made for another value, place or revision */
export function checkBond(
  key: Key,
  place: ValuePlace,
  revision: number,
  sealed: Uint8Array,
  bond: Uint8Array,
): void {
  if (sealedParts(bond).version !== 1) throw new AppError('VALUE_INTEGRITY')
  unseal(key, bondPlace(place, revision, sealed), bond)
}

function bondPlace(place: ValuePlace, revision: number, sealed: Uint8Array): Place {
  const digest = createHash('sha256').update(sealed).digest('hex')
  return ['bond', digest, ...placeOf(place, revision)]
}

/** The fields before the path are fixed in number, and a key never looks like an index: the encoding stays injective. */
function placeOf({ organizationId, projectId, environmentId, path }: ValuePlace, revision: number): Place {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}` : `.${step}`))
  return ['value', organizationId, projectId, environmentId, String(revision), ...steps]
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
