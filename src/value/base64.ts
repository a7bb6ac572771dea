import { DecodeError } from './decode-error.ts'

const padding = 0x3d

/** Standard base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/**
 * The bytes of standard, padded base64; line breaks are skipped, spare bits before the padding are not looked at.
 *
 * @throws DecodeError `illegal base64 data at input byte <n>`, n as §7.6 of the language specification counts it
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  let inGroup = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (isBreak(code)) continue
    if (code === padding) {
      checkPadding(text, i, inGroup)
      inGroup = 0
      break
    }
    if (!isAlphabet(code)) throw illegal(i)
    inGroup = (inGroup + 1) % 4
  }
  if (inGroup > 0) throw illegal(text.length - inGroup)
  return new Uint8Array(Buffer.from(text, 'base64'))
}

function checkPadding(text: string, at: number, inGroup: number): void {
  if (inGroup < 2) throw illegal(at)
  let next = skipBreaks(text, at + 1)
  if (inGroup === 2) {
    if (next === text.length) throw illegal(text.length)
    if (text.charCodeAt(next) !== padding) throw illegal(next - 1)
    next = skipBreaks(text, next + 1)
  }
  if (next < text.length) throw illegal(next)
}

function skipBreaks(text: string, from: number): number {
  let at = from
  while (at < text.length && isBreak(text.charCodeAt(at))) at++
  return at
}

function isBreak(code: number): boolean {
  return code === 0x0a || code === 0x0d
}

function isAlphabet(code: number): boolean {
  return (
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2b ||
    code === 0x2f
  )
}

function illegal(at: number): DecodeError {
  return new DecodeError(`illegal base64 data at input byte ${at}`)
}
