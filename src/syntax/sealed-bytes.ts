import { envelopeStart } from '../crypto/envelope.ts'

/**
 * How many bytes of a text, from `start` to before `end`, are texts of sealed secrets.
 *
 * Sealing makes a text longer by a third and a hundred bytes: whoever bounds what people write leaves these out, so that a text
 * which was small enough to be saved is small enough to be opened.
 */
export function sealedBytes(source: Uint8Array, start = 0, end = source.length): number {
  const text = Buffer.from(source.buffer, source.byteOffset + start, end - start)
  let count = 0
  for (let at = text.indexOf(envelopeStart); at >= 0; at = text.indexOf(envelopeStart, at)) {
    const begin = at
    while (at < text.length && isBase64(text[at]!)) at++
    count += at - begin
  }
  return count
}

/** How long the text of a sealed secret may be whose plaintext has `bytes` bytes, whichever way it was sealed. */
export function sealedLength(bytes: number): number {
  return Math.ceil((bytes + mostOverhead) / 3) * 4
}

// Envelope, places of keys, nonces and tags take about a hundred bytes.
const mostOverhead = 1024

function isBase64(byte: number): boolean {
  const isLetter = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)
  // Digits, `+`, `/` and `=`.
  return isLetter || (byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2f || byte === 0x3d
}
