// Every secret that the tests hand to a server is a canary: what servers write is searched for all of them, in each test that
// starts one, and once more at the end of the whole run over everything that the run wrote (S-67).
import { appendFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const known = new Set<string>()

/** Where `tools/test.ts` collects them for its own search; absent when a file is run by hand. */
const collected = process.env['OPENESC_CANARIES']

/** A secret that is to be found nowhere. Words that could stand in any text are none: eight characters, and not letters alone. */
export function remember(text: string): void {
  if (!isTelling(text) || known.has(text)) return
  known.add(text)
  if (collected) appendFileSync(collected, `${JSON.stringify(text)}\n`, { mode: 0o600 })
}

function isTelling(text: string): boolean {
  return (
    text.length >= 8 && text.length <= 4_096 && /\d/.test(text) && /[a-z]/i.test(text) && !/[\s\\]/.test(text)
  )
}

/** Remembers the secrets of a request: those of a definition in its body, and its token. */
export function rememberRequest(token: string | undefined, body: unknown): void {
  if (token !== undefined) remember(token)
  if (typeof body !== 'string') return
  for (const [, quoted, plain] of body.matchAll(/fn::secret["']?:\s*(?:"([^"\n]*)"|([^\s{}[\],'"]+))/g))
    remember(quoted ?? plain ?? '')
}

/** The forms that a careless program gives a text. */
export function formsOf(text: string): readonly Buffer[] {
  const bytes = Buffer.from(text)
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  )
  return [
    text,
    ...base64.filter((form) => form.length >= 8),
    bytes.toString('hex'),
    encodeURIComponent(text),
    [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  ]
    .map((form) => Buffer.from(form))
    .concat([Buffer.from(text, 'utf16le')])
}

/** The secrets that stand in some bytes, in any form; looks into gzip too. */
export function canariesIn(bytes: Uint8Array, secrets: Iterable<string> = known): readonly string[] {
  const parts = [Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)]
  const magic = Buffer.of(0x1f, 0x8b, 0x08)
  for (let at = parts[0]!.indexOf(magic); at >= 0; at = parts[0]!.indexOf(magic, at + 1)) {
    try {
      parts.push(gunzipSync(parts[0]!.subarray(at)))
    } catch {
      // Not the beginning of a gzip member.
    }
  }
  return [...secrets].filter((text) =>
    parts.some((part) => formsOf(text).some((form) => part.includes(form))),
  )
}

/** Fails when a secret that some test handed to a server stands in what a server wrote. Does not say the secret. */
export function refuseCanaries(what: string, written: string): void {
  const found = canariesIn(Buffer.from(written))
  if (found.length === 0) return
  const named = found.map((text) => `${text.slice(0, 3)}… (${text.length} characters)`).join(', ')
  throw new Error(`S-67: ${found.length} secrets in ${what}: ${named}`)
}
