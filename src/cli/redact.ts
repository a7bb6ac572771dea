import { encodeUtf8 } from '../value/index.ts'

/**
 * A filter for a program's output that replaces secrets with `[secret]`, line by line: a line is held until its end
 * arrives, so that a secret split over two writes is still found. Where secrets overlap, the match that completes first
 * wins. Works on bytes: what is no secret passes through unchanged, whatever it is.
 */
export class Redactor {
  readonly #secrets: readonly string[]
  readonly #write: (bytes: Uint8Array) => void
  #held: string[] = []

  /** `secrets` shorter than three bytes are not looked for. */
  constructor(secrets: Iterable<string>, write: (bytes: Uint8Array) => void) {
    this.#secrets = [...new Set(secrets)].map(toBinary).filter((secret) => secret.length >= 3)
    this.#write = write
  }

  /** Takes the next bytes. */
  push(chunk: Uint8Array): void {
    const text = Buffer.from(chunk).toString('latin1')
    const end = text.lastIndexOf('\n') + 1
    if (end > 0) {
      const lines = this.#held.join('') + text.slice(0, end)
      this.#held = []
      this.#emit(lines)
    }
    if (end < text.length) this.#held.push(text.slice(end))
  }

  /** Lets go of an unfinished last line. */
  flush(): void {
    const rest = this.#held.join('')
    this.#held = []
    if (rest !== '') this.#emit(rest)
  }

  #emit(lines: string): void {
    const redacted =
      this.#secrets.length === 0 ? lines : lines.replace(/[^\n]*\n?/g, (line) => this.#redact(line))
    this.#write(Buffer.from(redacted, 'latin1'))
  }

  #redact(line: string): string {
    let out = ''
    let from = 0
    const next = new Map<string, number>()
    for (;;) {
      const match = this.#firstToComplete(line, from, next)
      if (match === null) return out + line.slice(from)
      out += `${line.slice(from, match.start)}[secret]`
      from = match.end
    }
  }

  /** `next` remembers where each secret stands next, so that a long line is searched once per secret. */
  #firstToComplete(
    line: string,
    from: number,
    next: Map<string, number>,
  ): { start: number; end: number } | null {
    let best: { start: number; end: number } | null = null
    for (const secret of this.#secrets) {
      let start = next.get(secret) ?? -2
      if (start === -1) continue
      if (start < from) {
        start = line.indexOf(secret, from)
        next.set(secret, start)
        if (start === -1) continue
      }
      const end = start + secret.length
      if (best === null || end < best.end || (end === best.end && start < best.start)) best = { start, end }
    }
    return best
  }
}

function toBinary(secret: string): string {
  return Buffer.from(encodeUtf8(secret)).toString('latin1')
}
