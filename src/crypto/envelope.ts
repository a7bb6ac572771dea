import { DecodeError, decodeBase64, encodeBase64 } from '../value/index.ts'
import { crc32 } from './crc32.ts'

const magic = [0x65, 0x73, 0x63, 0x78] // "escx"
const version = 1
const headerLength = 8
const checksumLength = 4
const shortest = 16

/** What the text of every sealed secret begins with: the base64 of `escx` and three bytes of the version. */
export const envelopeStart = 'ZXNjeAAAAA'

/**
 * The text of a sealed secret (language specification §12): base64 of `escx`, the version, the ciphertext and a
 * CRC-32 of all before it, integers big-endian. The checksum finds mistakes in copying; it protects nothing.
 */
export function encodeEnvelope(ciphertext: Uint8Array): string {
  const bytes = new Uint8Array(headerLength + ciphertext.length + checksumLength)
  const view = new DataView(bytes.buffer)
  bytes.set(magic)
  view.setUint32(4, version)
  bytes.set(ciphertext, headerLength)
  const end = headerLength + ciphertext.length
  view.setUint32(end, crc32(bytes.subarray(0, end)))
  return encodeBase64(bytes)
}

/**
 * The ciphertext in a sealed secret's text.
 *
 * @throws DecodeError `illegal base64 data at input byte <n>`, `EOF` (too short), `invalid header`,
 * `invalid checksum` or `unsupported version`, checked in this order
 */
export function decodeEnvelope(text: string): Uint8Array {
  const bytes = decodeBase64(text)
  if (bytes.length < shortest) throw new DecodeError('EOF')
  if (magic.some((byte, i) => bytes[i] !== byte)) throw new DecodeError('invalid header')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = bytes.length - checksumLength
  if (view.getUint32(end) !== crc32(bytes.subarray(0, end))) throw new DecodeError('invalid checksum')
  if (view.getUint32(4) !== version) throw new DecodeError('unsupported version')
  return bytes.slice(headerLength, end)
}
