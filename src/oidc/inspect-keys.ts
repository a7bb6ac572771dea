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
      'keys.public',
      !secret,
      'public members only',
      secret ? 'a private or symmetric member' : 'nothing private',
      'take the key out of use at once: its private half has been published',
    ),
  ]
}

function unfitness(key: FetchedKey): string | null {
  if (key?.['kty'] === 'EC') return curves.includes(String(key['crv'])) ? null : `curve ${String(key['crv'])}`
  if (key?.['kty'] !== 'RSA') return `kty ${String(key?.['kty'])}`
  const bits = modulusBits(String(key['n'] ?? ''))
  return bits >= 2048 && bits <= 4096 ? null : `RSA of ${bits} bits`
}

function modulusBits(text: string): number {
  const hex = Buffer.from(text, 'base64url').toString('hex').replace(/^0+/, '')
  return hex === '' ? 0 : hex.length * 4 - (Math.clz32(Number.parseInt(hex.charAt(0), 16)) - 28)
}

function row(id: string, ok: boolean, wanted: string, got: string, fix: string): IssuerCheck {
  return { id, ok, wanted, got, fix: ok ? '' : fix }
}
