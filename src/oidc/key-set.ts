import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { AppError } from '../diag/index.ts'
import { type PublicJwk, publicJwk } from './jwk.ts'
import type { KeyChange, KeySealer, KeyStorage, StoredKey } from './key-storage.ts'
import { dueSteps, type KeyLife, type KeyStep, type RotationPolicy, stepped } from './rotation.ts'

const generate = promisify(generateKeyPair)

/** What the keys of one issuer are made of. */
export interface KeySetOptions {
  /** `v1` or `v2`. */
  readonly issuer: string
  readonly storage: KeyStorage
  readonly sealer: KeySealer
  readonly nowMs: () => number
  readonly policy: RotationPolicy
  /** 2048, or 3072. */
  readonly modulusBits: number
}

/** The key that signs. Its private half never leaves this module's callers, and prints as nothing. */
export interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
}

/**
 * The signing keys of one issuer, held in memory so that signing and publishing need no store. The store
 * decides: several servers move the keys through their states together.
 */
export class KeySet {
  readonly #options: KeySetOptions
  #lives: readonly KeyLife[] = []
  #published: readonly PublicJwk[] = []
  #signing: SigningKey | null = null

  private constructor(options: KeySetOptions) {
    this.#options = options
  }

  /** The set out of the store; a new store gets its first key. */
  static async open(options: KeySetOptions): Promise<KeySet> {
    const set = new KeySet(options)
    const keys = await options.storage.read()
    await set.#hold(keys)
    if (set.#signing === null) await set.#run((step) => step.do !== 'create' || step.state === 'active')
    return set
  }

  /** The public halves of all published keys, oldest first. */
  get published(): readonly PublicJwk[] {
    return this.#published
  }

  /** The states of the published keys, for people. */
  get lives(): readonly KeyLife[] {
    return this.#lives
  }

  get signing(): SigningKey {
    if (this.#signing === null) throw new Error(`issuer ${this.#options.issuer} has no active key`)
    return this.#signing
  }

  /** Takes the steps that are due, and what other servers did meanwhile. To be called every minute or so. */
  async tick(): Promise<void> {
    await this.#run(() => true)
  }

  /**
   * Retires the active key and lets the pending one sign, whether it is time or not.
   *
   * @throws AppError ROTATION_TOO_FAST when the pending key was not published for long enough (S-32)
   */
  async rotate(): Promise<void> {
    await this.#run(() => true)
    const { nowMs, policy, storage } = this.#options
    const pending = this.#lives.find((key) => key.state === 'pending')
    const earliestMs = (pending?.publishedMs ?? nowMs()) + policy.publishAheadMs
    if (pending === undefined || nowMs() < earliestMs) {
      throw new AppError('ROTATION_TOO_FAST', { earliest: new Date(earliestMs).toISOString() })
    }
    await storage.change((keys) => {
      const active = keys.find((key) => key.state === 'active')
      const next = keys.find((key) => key.kid === pending.kid && key.state === 'pending')
      if (next === undefined) return []
      return this.#changes(
        [...(active ? [{ do: 'retire', kid: active.kid } as const] : []), { do: 'activate', kid: next.kid }],
        keys,
        [],
      )
    })
    await this.#run(() => true)
  }

  /**
   * Removes a key at once, and replaces it when it was the active one. Verifiers may go on accepting it until
   * their caches lapse. False when there is no such key.
   */
  async revoke(kid: string): Promise<boolean> {
    if (!this.#lives.some((key) => key.kid === kid)) return false
    await this.#options.storage.change((keys) =>
      keys.some((key) => key.kid === kid) ? [{ do: 'remove', kid }] : [],
    )
    await this.#run(() => true)
    return true
  }

  /** Makes the keys that due steps need beforehand, since making one takes long, then decides again in the store. */
  async #run(wanted: (step: KeyStep) => boolean): Promise<void> {
    const { storage, nowMs, policy } = this.#options
    const due = (keys: readonly KeyLife[]) => dueSteps(keys, nowMs(), policy).filter(wanted)
    const now = await storage.read()
    const steps = due(now)
    if (steps.length === 0) return await this.#hold(now)
    const created = steps.filter((step) => step.do === 'create')
    const made = await Promise.all(created.map(({ state }) => this.#create(state)))
    await this.#hold(await storage.change((keys) => this.#changes(due(keys), keys, [...made])))
  }

  #changes(steps: readonly KeyStep[], keys: readonly StoredKey[], made: StoredKey[]): readonly KeyChange[] {
    const changes: KeyChange[] = []
    for (const step of steps) {
      if (step.do === 'remove') changes.push(step)
      else if (step.do === 'create') {
        // A key less than hoped for, because another server was first: the next tick makes it.
        const at = made.findIndex((key) => key.state === step.state)
        if (at >= 0) changes.push({ do: 'insert', key: made.splice(at, 1)[0]! })
      } else {
        const key = keys.find((found) => found.kid === step.kid)
        if (key !== undefined) changes.push({ do: 'update', key: stepped(key, step, this.#options.nowMs()) })
      }
    }
    return changes
  }

  async #create(state: 'active' | 'pending'): Promise<StoredKey> {
    const { issuer, sealer, nowMs, modulusBits } = this.#options
    const { publicKey, privateKey } = await generate('rsa', { modulusLength: modulusBits })
    const jwk = publicJwk(publicKey)
    const bytes = privateKey.export({ format: 'der', type: 'pkcs8' })
    try {
      const { sealed, dataKeyId } = await sealer.seal(ownerOf(issuer), purposeOf(jwk.kid), bytes)
      const life = { kid: jwk.kid, state, publishedMs: nowMs(), retiredMs: null }
      const activatedMs = state === 'active' ? life.publishedMs : null
      return {
        ...life,
        activatedMs,
        issuer,
        publicJwk: JSON.stringify(jwk),
        sealedPrivateKey: sealed,
        dataKeyId,
      }
    } finally {
      bytes.fill(0)
    }
  }

  async #hold(keys: readonly StoredKey[]): Promise<void> {
    const active = keys.find((key) => key.state === 'active')
    if (active === undefined) this.#signing = null
    else if (this.#signing?.kid !== active.kid) this.#signing = await this.#unsealed(active)
    // Only `#create` wrote these texts; the thumbprint binds each to its key.
    this.#published = keys.map((key) => JSON.parse(key.publicJwk) as PublicJwk)
    this.#lives = keys.map(({ kid, state, publishedMs, activatedMs, retiredMs }) =>
      Object.freeze({ kid, state, publishedMs, activatedMs, retiredMs }),
    )
  }

  /** @throws AppError VALUE_INTEGRITY when the sealed key was altered, or is another than its row says */
  async #unsealed(key: StoredKey): Promise<SigningKey> {
    const { issuer, sealer } = this.#options
    const sealed = { sealed: key.sealedPrivateKey, dataKeyId: key.dataKeyId }
    const bytes = Buffer.from(await sealer.open(ownerOf(issuer), purposeOf(key.kid), sealed))
    const privateKey = createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' })
    bytes.fill(0)
    if (publicJwk(createPublicKey(privateKey)).kid !== key.kid) throw new AppError('VALUE_INTEGRITY')
    return { kid: key.kid, privateKey }
  }
}

/** Each issuer's keys are sealed under a data key of their own (S-31). */
function ownerOf(issuer: string): string {
  return `issuer:${issuer}`
}

function purposeOf(kid: string): string {
  return `signing-key:${kid}`
}
