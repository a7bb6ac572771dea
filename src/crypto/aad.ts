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
  const fields = place.map((field) => Buffer.from(field, 'utf8'))
  const parts = [uint32(fields.length)]
  for (const field of fields) parts.push(uint32(field.length), field)
  return Buffer.concat(parts)
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
