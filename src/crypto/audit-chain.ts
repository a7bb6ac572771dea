import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'

/** One entry of an audit trail as it is stored and exported. `body` is the very text that was hashed. */
export interface ChainedEntry {
  readonly sequence: number
  readonly previousHash: string
  readonly hash: string
  readonly body: string
  /** What the store keeps beside the body for finding entries; must agree with it where given. */
  readonly event?: string
  readonly actorId?: string
  readonly atMs?: number
}

/** Where a trail ended at a moment, signed with a key that signs nothing else (S-30). */
export interface Checkpoint {
  readonly organizationId: string
  readonly sequence: number
  readonly hash: string
  /** RFC 3339. */
  readonly at: string
  /** The public key: base64url of its 32 bytes. */
  readonly publicKey: string
  /** Base64url of the Ed25519 signature. */
  readonly signature: string
}

/** The first entry that breaks a chain, and how. */
export interface BrokenLink {
  readonly sequence: number
  readonly stored: string
  readonly computed: string
  readonly why: string
}

/** The hash of an audit entry: SHA-256 in hex over the hash before, a line feed, and the entry's body (S-27). */
export function hashAuditEntry(previousHash: string, body: string): string {
  return hash('sha256', `${previousHash}\n${body}`)
}

/**
 * Follows a chain entry by entry; it needs neither server nor key.
 *
 * `start` is what precedes the first entry: sequence 0 and an empty hash for a whole trail.
 *
 * @returns what takes the next entry and gives the first broken link, or null while the chain holds
 */
export function chainVerifier(start = { sequence: 0, hash: '' }): (entry: ChainedEntry) => BrokenLink | null {
  let { sequence, hash } = start
  return (entry) => {
    const computed = hashAuditEntry(hash, entry.body)
    const why = flawOf(entry, sequence + 1, hash, computed)
    if (why !== null) return { sequence: sequence + 1, stored: entry.hash, computed, why }
    sequence += 1
    hash = computed
    return null
  }
}

function flawOf(entry: ChainedEntry, wanted: number, previous: string, computed: string): string | null {
  if (entry.sequence !== wanted) return `found #${entry.sequence} in its place`
  if (entry.previousHash !== previous) return 'it does not follow the entry before'
  if (entry.hash !== computed) return 'its body or hash was altered'
  const body = parsed(entry.body)
  if (body['sequence'] !== wanted) return 'the body speaks of another number'
  const { event = body['event'], actorId = body['actorId'] ?? '', atMs } = entry
  if (event !== body['event'] || actorId !== (body['actorId'] ?? '')) return 'its columns were altered'
  if (atMs !== undefined && new Date(atMs).toISOString() !== body['at']) return 'its time was altered'
  return null
}

function parsed(body: string): { readonly [name: string]: unknown } {
  try {
    return JSON.parse(body) as { readonly [name: string]: unknown }
  } catch {
    return {}
  }
}

/** The key pair of checkpoints out of a 32-byte seed. */
export function checkpointKey(seed: Uint8Array): KeyObject {
  // PKCS #8 of an Ed25519 key is a fixed head and the seed (RFC 8410, section 7).
  const head = Buffer.from('302e020100300506032b657004220420', 'hex')
  return createPrivateKey({ key: Buffer.concat([head, seed]), format: 'der', type: 'pkcs8' })
}

/** A signed checkpoint. */
export function signCheckpoint(
  key: KeyObject,
  head: Omit<Checkpoint, 'publicKey' | 'signature'>,
): Checkpoint {
  const publicKey = String(createPublicKey(key).export({ format: 'jwk' }).x)
  return { ...head, publicKey, signature: sign(null, signedBytes(head), key).toString('base64url') }
}

/** Whether a checkpoint was signed by the key that it names; whose key that is, is for the reader to know. */
export function checkpointHolds(checkpoint: Checkpoint): boolean {
  try {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: checkpoint.publicKey }
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    return verify(null, signedBytes(checkpoint), key, Buffer.from(checkpoint.signature, 'base64url'))
  } catch {
    return false
  }
}

function signedBytes({
  organizationId,
  sequence,
  hash,
  at,
}: Omit<Checkpoint, 'publicKey' | 'signature'>): Buffer {
  return Buffer.from(JSON.stringify(['openesc audit checkpoint', organizationId, sequence, hash, at]))
}
