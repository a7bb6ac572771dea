const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The byte that a lone surrogate U+DC80…U+DCFF stands for, or `null` for any other code point. Strings carry
 * bytes that are not UTF-8 in this form, so that nothing is lost between decoding and encoding.
 */
export function strayByte(point: number): number | null {
  return point >= 0xdc80 && point <= 0xdcff ? point - 0xdc00 : null
}

/** The text's UTF-8 bytes; stray bytes are given back as they were, other lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (text.isWellFormed()) return bytesOf(text)
  const parts: Uint8Array[] = []
  let from = 0
  for (let i = 0; i < text.length; ) {
    const point = text.codePointAt(i)!
    const byte = strayByte(point)
    if (byte !== null) {
      if (i > from) parts.push(bytesOf(text.slice(from, i)))
      parts.push(Uint8Array.of(byte))
      from = i + 1
    }
    i += point > 0xffff ? 2 : 1
  }
  parts.push(bytesOf(text.slice(from)))
  return new Uint8Array(Buffer.concat(parts))
}

/** The text of the bytes; each byte that is not part of valid UTF-8 becomes a lone surrogate U+DC80…U+DCFF. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes)
  } catch {
    return decodeWithStrays(bytes)
  }
}

/**
 * Orders two strings by their UTF-8 bytes, stray bytes included; the order of every sorted key in the language.
 */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i)
    const right = b.charCodeAt(i)
    if (left === right) continue
    // Below the surrogates the order of code units is the order of bytes.
    if (left < 0xd800 && right < 0xd800) return left - right
    const start = i > 0 && isHighSurrogate(a.charCodeAt(i - 1)) ? i - 1 : i
    return Buffer.compare(encodeUtf8(a.slice(start)), encodeUtf8(b.slice(start)))
  }
  return a.length - b.length
}

/** The length of the text in UTF-8 bytes, stray bytes counted as one each. */
export function byteLength(text: string): number {
  return text.isWellFormed() ? Buffer.byteLength(text) : encodeUtf8(text).length
}

/** The text with stray bytes that form valid UTF-8 after a concatenation turned into the characters they spell. */
export function rejoinUtf8(text: string): string {
  return text.isWellFormed() ? text : decodeUtf8(encodeUtf8(text))
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'utf8'))
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}

function decodeWithStrays(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts: string[] = []
  let from = 0
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i)
    if (length > 0) {
      i += length
      continue
    }
    if (i > from) parts.push(buffer.toString('utf8', from, i))
    parts.push(String.fromCharCode(0xdc00 + bytes[i]!))
    i += 1
    from = i
  }
  parts.push(buffer.toString('utf8', from))
  return parts.join('')
}

/** The length of the valid sequence that starts at `i`, or 0. */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const lead = bytes[i]!
  if (lead < 0x80) return 1
  const follows = (at: number, low = 0x80, high = 0xbf): boolean => {
    const byte = bytes[i + at]
    return byte !== undefined && byte >= low && byte <= high
  }
  if (lead >= 0xc2 && lead <= 0xdf) return follows(1) ? 2 : 0
  if (lead >= 0xe0 && lead <= 0xef) {
    const low = lead === 0xe0 ? 0xa0 : 0x80
    const high = lead === 0xed ? 0x9f : 0xbf
    return follows(1, low, high) && follows(2) ? 3 : 0
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const low = lead === 0xf0 ? 0x90 : 0x80
    const high = lead === 0xf4 ? 0x8f : 0xbf
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0
  }
  return 0
}
