import { fstatSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Input, Sink } from '../cli/index.ts'

/**
 * A sink on a file descriptor, written synchronously: what was written is out when the program ends, in order with the
 * other stream. A reader that has gone away ends nothing.
 */
export function sink(descriptor: 1 | 2): Sink {
  let isGone = false
  return {
    get isTerminal() {
      return isTerminal(descriptor)
    },
    get isGone() {
      return isGone
    },
    write(bytes) {
      if (!isGone) isGone = !writeAll(descriptor, bytes)
    },
  }
}

/** `node:tty` brings the sockets with it, 3 ms; a pipe or a file is known without it. */
function isTerminal(descriptor: number): boolean {
  try {
    if (!fstatSync(descriptor).isCharacterDevice()) return false
  } catch {
    return false
  }
  const tty = createRequire(import.meta.url)('node:tty') as typeof import('node:tty')
  return tty.isatty(descriptor)
}

/** False when the reader has gone away. */
function writeAll(descriptor: number, bytes: Uint8Array): boolean {
  let rest = bytes
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest))
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : ''
      if (code === 'EPIPE') return false
      if (code !== 'EAGAIN') throw error
      // A full pipe of a non-blocking descriptor: wait a moment without spinning.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
    }
  }
  return true
}

/** The real standard input, opened only when something is read from it. */
export function input(): Input {
  let lines: AsyncIterator<string> | null = null
  return {
    get isTerminal() {
      return isTerminal(0)
    },
    readAll: async () => {
      const chunks: Buffer[] = []
      for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array))
      return Buffer.concat(chunks)
    },
    readLine: async () => {
      if (lines === null) {
        const { createInterface } = await import('node:readline')
        lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
      }
      const next = await lines.next()
      return next.done === true ? null : next.value
    },
  }
}
