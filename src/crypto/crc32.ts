let table: Uint32Array | null = null

/**
 * The CRC-32 of bytes as in gzip and ISO 3309, an unsigned number.
 *
 * The platform's own stands in `node:zlib`, which takes 3 ms to load: more than this needs for all that a start checks.
 */
export function crc32(bytes: Uint8Array): number {
  table ??= makeTable()
  let crc = 0xffffffff
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

/** The remainders of every byte by the reversed polynomial. */
function makeTable(): Uint32Array {
  const remainders = new Uint32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let rest = byte
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1
    remainders[byte] = rest
  }
  return remainders
}
