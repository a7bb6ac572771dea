const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The number in exactly `length` digits `0-9A-Za-z`, zeros in front. */
export function toBase62(number: bigint, length: number): string {
  let text = ''
  let rest = number
  for (let place = 0; place < length; place += 1) {
    text = digits[Number(rest % 62n)] + text
    rest /= 62n
  }
  if (rest > 0n) throw new RangeError(`the number has more than ${length} base62 digits`)
  return text
}

/** As `toBase62` for an unsigned number of 32 bits, which needs no big one. */
export function uint32ToBase62(number: number, length: number): string {
  let text = ''
  for (let rest = number, place = 0; place < length; place += 1) {
    text = digits[rest % 62] + text
    rest = Math.floor(rest / 62)
  }
  return text
}

/** Bytes, read as one big-endian number, in exactly `length` digits. */
export function bytesToBase62(bytes: Uint8Array, length: number): string {
  return toBase62(BigInt(`0x${Buffer.from(bytes).toString('hex')}`), length)
}
