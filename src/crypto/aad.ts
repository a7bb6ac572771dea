/**
 * What a sealed value is bound to: immutable ids and a purpose, outermost first. Moved anywhere else, it does
 * not open (S-02).
 */
export type Place = readonly string[]

/**
 * The bytes a place is authenticated as: a count, then each field's length and UTF-8 bytes, all lengths 32-bit
 * big-endian. Injective: different lists of fields never give the same bytes.
 */
export function encodePlace(place: Place): Uint8Array {
  const lengths = place.map((field) => Buffer.byteLength(field))
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, 4))
  let at = bytes.writeUInt32BE(place.length)
  for (const [index, field] of place.entries()) {
    at = bytes.writeUInt32BE(lengths[index]!, at)
    at += bytes.write(field, at)
  }
  return bytes
}
