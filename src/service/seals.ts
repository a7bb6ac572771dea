import { decodeEnvelope, encodeEnvelope } from '../crypto/envelope.ts'
import { AppError } from '../diag/index.ts'
import { DecodeError } from '../value/index.ts'
import type { EnvironmentAccess } from './access.ts'
import { refuseUnapproved } from './approvals.ts'
import type { ServiceParts } from './parts.ts'
import { crypterOf, whereStands } from './value-crypters.ts'

/** Seals and opens single texts under an environment's key, in the form that definitions hold. */
export interface Seals {
  encrypt(access: EnvironmentAccess, plaintexts: readonly string[]): Promise<readonly string[]>
  /** @throws AppError REQUEST_INVALID, SEALED_VALUE_NOT_TRANSFERABLE */
  decrypt(access: EnvironmentAccess, ciphertexts: readonly string[]): Promise<readonly string[]>
}

/** The use cases of single seals over the service's parts. */
export function createSeals(parts: ServiceParts): Seals {
  return {
    async encrypt({ environment, organization }, plaintexts) {
      const crypter = parts.crypterFor(environment, organization)
      return await Promise.all(
        plaintexts.map(async (text) => encodeEnvelope(await crypter.encrypt(Buffer.from(text), []))),
      )
    },
    async decrypt(access, ciphertexts) {
      await refuseUnapproved(parts, access)
      return await Promise.all(
        ciphertexts.map(async (text) => Buffer.from(await open(parts, access, text)).toString()),
      )
    },
  }
}

async function open(parts: ServiceParts, access: EnvironmentAccess, ciphertext: string): Promise<Uint8Array> {
  let sealed: Uint8Array
  try {
    sealed = decodeEnvelope(ciphertext)
  } catch (error) {
    const why = error instanceof DecodeError ? error.message : 'invalid ciphertext'
    throw new AppError(
      'REQUEST_INVALID',
      { what: `a ciphertext is damaged: ${why}`, hint: '' },
      { cause: error },
    )
  }
  const { environment, organization } = access
  const refused = (cause: unknown) => {
    if (cause instanceof AppError && cause.kind === 'unavailable') throw cause
    throw new AppError('SEALED_VALUE_NOT_TRANSFERABLE', {}, { cause })
  }
  const loose = parts.crypterFor(environment, organization)
  try {
    // With a path of its own it opens where it stands only.
    const placed = (loose.origin?.(sealed) ?? 0) > 0
    if (!placed) return await loose.decrypt(sealed, [])
  } catch (error) {
    return refused(error)
  }
  const place = await whereStands(parts, access, sealed)
  if (place === null) return refused(new Error('it stands in no text of the environment'))
  return await crypterOf(parts, access, place.text).decrypt(sealed, place.path)
}
