// A DSSE envelope signed with Ed25519, and plain signatures, as `openssl pkeyutl -rawin` makes and checks them.
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

/** @see https://github.com/secure-systems-lab/dsse, "Envelope" */
export interface Envelope {
  readonly payloadType: string
  readonly payload: string
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[]
}

/** The SHA-256 of a public key's SubjectPublicKeyInfo: how a key is named. */
export function keyIdOf(key: KeyObject): string {
  const open = key.type === 'private' ? createPublicKey(key) : key
  return createHash('sha256')
    .update(open.export({ type: 'spki', format: 'der' }))
    .digest('hex')
}

/** What a DSSE signature covers: the type and the payload, each with its length. */
function encoded(payloadType: string, payload: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `),
    payload,
  ])
}

/** Signs a payload. */
export function seal(key: KeyObject, payloadType: string, payload: Uint8Array): Envelope {
  const sig = sign(null, encoded(payloadType, payload), key).toString('base64')
  return {
    payloadType,
    payload: Buffer.from(payload).toString('base64'),
    signatures: [{ keyid: keyIdOf(key), sig }],
  }
}

/** The payload of an envelope that the key signed; `null` when it did not, or the type is another. */
export function open(key: KeyObject, payloadType: string, envelope: Envelope): Buffer | null {
  const payload = Buffer.from(envelope.payload, 'base64')
  const signed = encoded(payloadType, payload)
  const good = envelope.signatures.some(({ sig }) => verify(null, signed, key, Buffer.from(sig, 'base64')))
  return good && envelope.payloadType === payloadType ? payload : null
}
