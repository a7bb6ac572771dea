import { createPublicKey, type JsonWebKey, X509Certificate } from 'node:crypto'
import type { IssuerCheck } from './inspect.ts'

/** A key as a key set of anybody may hold it. */
export type FetchedKey = { readonly [member: string]: unknown } | null

const mostKeysOfAType = 100
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const curves = ['P-256', 'P-384', 'P-521']

/** What AWS is known to want of a key set: kinds, sizes, how many, `kid`, no `key_ops`, nothing private. */
export function keyChecks(keys: readonly FetchedKey[]): readonly IssuerCheck[] {
  const usable = keys.filter((key) => key !== null && typeof key === 'object' && key['use'] !== 'enc')
  const named = usable.map((key) => key?.['kid'])
  const names = named.filter((kid) => typeof kid === 'string' && kid !== '')
  const twice = names.filter((kid, index) => names.indexOf(kid) !== index)
  const withOps = usable.filter((key) => key?.['key_ops'] !== undefined).length
  const unfit = usable.map(unfitness).filter((why) => why !== null)
  const disagreeing = usable.filter(disagrees).map((key) => String(key?.['kid'] ?? 'a key without `kid`'))
  const secret = keys.some((key) => privateMembers.some((name) => key !== null && Object.hasOwn(key, name)))
  return [
    row(
      'keys.some',
      usable.length > 0,
      'at least one signing key',
      String(usable.length),
      'publish the key that signs',
    ),
    ...['RSA', 'EC'].map((type) => {
      const count = usable.filter((key) => key?.['kty'] === type).length
      const wanted = `at most ${mostKeysOfAType} ${type} keys`
      return row(
        `keys.${type.toLowerCase()}`,
        count <= mostKeysOfAType,
        wanted,
        String(count),
        'remove keys that no longer sign',
      )
    }),
    row(
      'keys.kid',
      names.length === usable.length,
      'a `kid` in every key',
      `${usable.length - names.length} without`,
      'give every key a `kid`',
    ),
    row(
      'keys.unique',
      twice.length === 0,
      'each `kid` once',
      twice.join(', ') || 'no repetition',
      'give each key a `kid` of its own: of two, the later wins',
    ),
    row(
      'keys.key_ops',
      withOps === 0,
      'no key with `key_ops`',
      `${withOps} with it`,
      'leave `key_ops` out: AWS refuses such keys, even for `verify`',
    ),
    row(
      'keys.fit',
      unfit.length === 0,
      'RSA of 2048 to 4096 bits, or EC on P-256, P-384 or P-521',
      unfit.join('; ') || 'all of them',
      'make keys of these kinds',
    ),
    row(
      'keys.x5c',
      disagreeing.length === 0,
      'an `x5c` that holds the same key, or none',
      disagreeing.length === 0 ? 'no other key' : `another key for ${disagreeing.join(', ')}`,
      'leave `x5c` out, or put the certificate of this key there',
    ),
    row(
      'keys.public',
      !secret,
      'public members only',
      secret ? 'a private or symmetric member' : 'nothing private',
      'take the key out of use at once: its private half has been published',
    ),
  ]
}

function unfitness(key: FetchedKey): string | null {
  if (key?.['kty'] === 'EC') {
    if (!curves.includes(String(key['crv']))) return `curve ${String(key['crv'])}`
    return publicKeyOf(key) === null ? `a point that is not on ${String(key['crv'])}` : null
  }
  if (key?.['kty'] !== 'RSA') return `kty ${String(key?.['kty'])}`
  const bits = modulusBits(String(key['n'] ?? ''))
  if (bits < 2048 || bits > 4096) return `RSA of ${bits} bits`
  return publicKeyOf(key) === null ? 'an RSA key that cannot be read' : null
}

function publicKeyOf(key: NonNullable<FetchedKey>): JsonWebKey | null {
  try {
    const { kty, n, e, crv, x, y } = key
    return createPublicKey({ key: { kty, n, e, crv, x, y } as JsonWebKey, format: 'jwk' }).export({
      format: 'jwk',
    })
  } catch {
    return null
  }
}

// AWS compares the certificate with `n` and `e`, and never takes it in their place.
function disagrees(key: FetchedKey): boolean {
  const certificates = key?.['x5c']
  if (key === null || certificates === undefined) return false
  const own = publicKeyOf(key)
  try {
    const [first] = certificates as readonly string[]
    const held = new X509Certificate(Buffer.from(String(first), 'base64')).publicKey.export({ format: 'jwk' })
    return own !== null && (held.n !== own.n || held.e !== own.e || held.x !== own.x || held.y !== own.y)
  } catch {
    return true
  }
}

function modulusBits(text: string): number {
  const hex = Buffer.from(text, 'base64url').toString('hex').replace(/^0+/, '')
  return hex === '' ? 0 : hex.length * 4 - (Math.clz32(Number.parseInt(hex.charAt(0), 16)) - 28)
}

function row(id: string, ok: boolean, wanted: string, got: string, fix: string): IssuerCheck {
  return { id, ok, wanted, got, fix: ok ? '' : fix }
}
