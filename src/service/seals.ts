import { decodeEnvelope, encodeEnvelope } from '../crypto/envelope.ts'
import { AppError } from '../diag/index.ts'
import { DecodeError } from '../value/index.ts'
import type { EnvironmentAccess } from './access.ts'
import { refuseUnapproved } from './approvals.ts'
import type { ServiceParts } from './parts.ts'

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
        plaintexts.map(async (text) => encodeEnvelope(await crypter.encrypt(Buffer.from(text)))),
      )
    },
    async decrypt(access, ciphertexts) {
      const { environment, organization } = access
      await refuseUnapproved(parts, access)
      const crypter = parts.crypterFor(environment, organization)
      return await Promise.all(
        ciphertexts.map(async (text) => Buffer.from(await open(crypter, text)).toString()),
      )
    },
  }
}

async function open(
  crypter: ReturnType<ServiceParts['crypterFor']>,
  ciphertext: string,
): Promise<Uint8Array> {
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
  try {
    return await crypter.decrypt(sealed)
  } catch (error) {
    throw new AppError('SEALED_VALUE_NOT_TRANSFERABLE', {}, { cause: error })
  }
}
