import type { KMSClient } from '@aws-sdk/client-kms'
import type { KeySource, Place } from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import { type Breakers, TargetClosed } from '../providers/index.ts'
import { endOfRefused } from './call-end.ts'
import { fewRetries, type RetryStrategyV2 } from './few-retries.ts'

/** Which key of AWS KMS, and where. */
export interface KmsKeyOptions {
  /** `arn:<partition>:kms:<region>:<account>:key/<id>`: an alias could be moved to another key. */
  readonly arn: string
  /** An endpoint in AWS's place: a VPC endpoint, or a double in tests. */
  readonly endpoint?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Keeps calls away while KMS fails, and bounds retries. */
  readonly breakers: Breakers
}

const keyArn = /^arn:aws[\w-]*:kms:([a-z0-9-]+):\d{12}:key\/[\w-]+$/
const checkPlace: Place = ['key-check']
const checkText = Buffer.from('openesc key check')
const timeouts = { connectionTimeout: 2_000, requestTimeout: 3_000 }
const longestMilliseconds = 10_000

/**
 * A key-encryption key in AWS KMS: data keys go there to be wrapped and unwrapped, the key never leaves (S-04). The
 * encryption context carries the fields that other sources authenticate, so that KMS refuses a wrapping that was moved and
 * CloudTrail shows whose data key was asked for. Needs `kms:Encrypt` and `kms:Decrypt`. The SDK is loaded with the first call;
 * credentials come from the host's usual chain.
 *
 * @throws AppError SETTING_INVALID when it is no key ARN
 */
export function kmsKeySource({ arn, endpoint, credentials, breakers }: KmsKeyOptions): KeySource {
  const region = keyArn.exec(arn)?.[1]
  if (region === undefined) {
    const wanted = 'the ARN of a key: arn:aws:kms:<region>:<account>:key/<id> (an alias could be moved)'
    throw new AppError('SETTING_INVALID', { name: 'kmsKey', wanted, got: arn.slice(0, 200) })
  }
  const host = endpoint === undefined ? `kms.${region}` : new URL(endpoint).host
  const target = { organization: 'server', kind: 'kms', host }
  const guarded = <T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    breakers.guard(
      target,
      () => call(AbortSignal.timeout(longestMilliseconds)),
      (outcome) => ('answer' in outcome ? 'answered' : endOfRefused(outcome.error)),
    )
  let client: Promise<KMSClient> | null = null
  const connected = () => {
    client ??= connect({
      region,
      retryStrategy: fewRetries((attempt) => (attempt >= tries ? null : breakers.retryIn(target, attempt))),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
    })
    return client
  }
  const wrap = async (place: Place, plaintext: Uint8Array) => {
    const { EncryptCommand } = await import('@aws-sdk/client-kms')
    const input = { KeyId: arn, Plaintext: plaintext, EncryptionContext: contextOf(place) }
    try {
      const kms = await connected()
      const { CiphertextBlob } = await guarded((abortSignal) =>
        kms.send(new EncryptCommand(input), { abortSignal }),
      )
      if (CiphertextBlob === undefined) throw new Error('EmptyAnswer')
      return CiphertextBlob
    } catch (error) {
      throw refusal(arn, error)
    }
  }
  const unwrap = async (place: Place, wrapped: Uint8Array) => {
    const { DecryptCommand } = await import('@aws-sdk/client-kms')
    const input = { KeyId: arn, CiphertextBlob: wrapped, EncryptionContext: contextOf(place) }
    try {
      const kms = await connected()
      const { Plaintext } = await guarded((abortSignal) =>
        kms.send(new DecryptCommand(input), { abortSignal }),
      )
      if (Plaintext === undefined) throw new Error('EmptyAnswer')
      return Plaintext
    } catch (error) {
      throw refusal(arn, error)
    }
  }
  return {
    keyId: arn,
    wrap,
    unwrap,
    proof: async () => Buffer.from(await wrap(checkPlace, checkText)).toString('base64'),
    async proves(proof) {
      try {
        return checkText.equals(await unwrap(checkPlace, Buffer.from(proof, 'base64')))
      } catch (error) {
        if (error instanceof AppError && error.code === 'VALUE_INTEGRITY') return false
        throw error
      }
    },
  }
}

async function connect(options: {
  readonly region: string
  readonly retryStrategy: RetryStrategyV2
  readonly endpoint?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}): Promise<KMSClient> {
  const { KMSClient } = await import('@aws-sdk/client-kms')
  return new KMSClient({ ...options, requestHandler: timeouts })
}

/** Names and values as KMS wants them: texts that are not empty. */
function contextOf([purpose = '', id, owner]: Place): Record<string, string> {
  return {
    'openesc:purpose': purpose,
    ...(id === undefined ? {} : { 'openesc:data-key': id }),
    ...(owner === undefined ? {} : { 'openesc:owner': owner }),
  }
}

const tries = 2
const damaged = ['InvalidCiphertextException', 'IncorrectKeyException']

function isDamage(error: unknown): boolean {
  return error instanceof Error && damaged.includes(error.name)
}

/** An SDK's message may hold what was sent; its name does not. */
function whyOf(error: unknown): string {
  if (error instanceof TargetClosed) return `${error.message}; ${error.detail}`
  return error instanceof Error ? error.name : 'unknown'
}

/** What KMS says of a ciphertext is about the data; everything else is about the key, and may pass. */
function refusal(keyId: string, error: unknown): AppError {
  if (isDamage(error)) return new AppError('VALUE_INTEGRITY', {}, { cause: error })
  return new AppError('KEY_UNAVAILABLE', { keyId, why: whyOf(error) }, { cause: error })
}
