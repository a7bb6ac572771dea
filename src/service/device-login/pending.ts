import { createHash } from 'node:crypto'
import type { Store, Transaction } from '../../store/index.ts'
import { serverTrail } from '../audit/append.ts'
import type { ServiceParts } from '../parts.ts'
import { packSealed, unpackSealed } from '../webhook-secrets.ts'

/** A login that a program asked for, and that nobody has answered yet. */
export interface PendingLogin {
  /** Base64 of what is kept of the device code. */
  readonly secretHash: string
  readonly userCode: string
  readonly clientId: string
  /** What the program says of the machine it runs on: anybody's words. */
  readonly machine: string
  readonly address: string
  readonly expiresMs: number
}

/** What a person said to it. */
export interface AnsweredLogin {
  readonly allowed: boolean
  readonly tokenId: string
  readonly atMs: number
}

/** The offer to a person to say yes or no, once. */
export interface OfferedLogin {
  readonly secretHash: string
  readonly login: string
  readonly tokenId: string
}

/** How long a login waits for its person, and for the program that takes its token (RFC 8628 section 3.2). */
export const pendingMilliseconds = 600_000

/** The steps of a login that are kept, each at most once. */
export type Step = 'login' | 'code' | 'offer' | 'answer' | 'poll' | 'taken'

/** The key under which the store keeps a step. A code is kept as its hash only. */
export function stepKey(step: Step, id: string): string {
  const kept = step === 'code' ? createHash('sha256').update(id).digest('base64url') : id
  return `device-${step}:${kept}`
}

/**
 * A step as the store may keep it: sealed, so that whoever writes to the database cannot answer for a person, and bound to
 * its key, so that one login's answer is none to another. Not for use within a unit of work.
 */
export async function sealStep(
  { sealer }: Pick<ServiceParts, 'sealer'>,
  key: string,
  value: PendingLogin | AnsweredLogin | OfferedLogin | string,
): Promise<string> {
  const sealed = await sealer.seal(serverTrail, key, Buffer.from(JSON.stringify(value)))
  return Buffer.from(packSealed(sealed)).toString('base64')
}

/** Keeps a step until `expiresMs`. False when there is one already: then another came first. */
export function keepStep(
  { rememberedAnswers }: Transaction,
  key: string,
  answer: string,
  times: { readonly nowMs: number; readonly expiresMs: number },
): Promise<boolean> {
  return rememberedAnswers.insert({ key, requestHash: '', answer, expiresMs: times.expiresMs }, times.nowMs)
}

/** A kept step; null when there is none, its time is over, or it is not what was kept. */
export async function readStep<T extends PendingLogin | AnsweredLogin | OfferedLogin | string>(
  { sealer, clock }: Pick<ServiceParts, 'sealer' | 'clock'>,
  store: Store,
  key: string,
): Promise<T | null> {
  const kept = await store.read(({ rememberedAnswers }) => rememberedAnswers.get(key, clock().getTime()))
  if (kept === null) return null
  try {
    const opened = await sealer.open(serverTrail, key, unpackSealed(Buffer.from(kept.answer, 'base64')))
    // Only `sealStep` makes what opens under this key.
    return JSON.parse(Buffer.from(opened).toString()) as T
  } catch {
    return null
  }
}

const letters = 'BCDFGHJKLMNPQRSTVWXZ'

/** Eight letters that spell no word, in two groups (RFC 8628 section 6.1), of bytes that nobody can guess. */
export function userCodeOf(bytes: Uint8Array): string {
  const fair = [...bytes].filter((byte) => byte < 240).slice(0, 8)
  const code = fair.map((byte) => letters[byte % letters.length]).join('')
  return `${code.slice(0, 4)}-${code.slice(4)}`
}

/** A code as people type it, in its one spelling; null for what is none. */
export function readUserCode(typed: string): string | null {
  const code = typed.toUpperCase().replace(/[^A-Z]/g, '')
  return typed.length <= 40 && code.length === 8 ? `${code.slice(0, 4)}-${code.slice(4)}` : null
}
