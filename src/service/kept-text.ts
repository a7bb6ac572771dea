import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { decodeSession, encodeSession, type SessionText } from '../evaluator/index.ts'

const form = 1
const headBytes = 5
/** Packed bytes are as long as a multiple of this, so that their length tells next to nothing of what secrets hold. */
const stepBytes = 1_024

/**
 * The bytes of a result as they are sealed and kept: packed, because most of a result says of each value where it was written, and
 * every open writes one. The form, the length of what is packed, the packed bytes, and zeros.
 */
export function packText(text: SessionText): Uint8Array {
  const packed = deflateRawSync(encodeSession(text), { level: 1 })
  const kept = Buffer.alloc(Math.ceil((headBytes + packed.length) / stepBytes) * stepBytes)
  kept[0] = form
  kept.writeUInt32BE(packed.length, 1)
  kept.set(packed, headBytes)
  return kept
}

/** The result; null for bytes of a form that is not known any more. Those of a program that packed nothing are read. */
export function unpackText(kept: Uint8Array): SessionText | null {
  const bytes = Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength)
  if (bytes[0] !== form) return decodeSession(bytes)
  return decodeSession(inflateRawSync(bytes.subarray(headBytes, headBytes + bytes.readUInt32BE(1))))
}
