import type { KMSClient } from '@aws-sdk/client-kms'
import type { KeySource, Place } from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'

/** Which key of AWS KMS, and where. */
export interface KmsKeyOptions {
  /** `arn:<partition>:kms:<region>:<account>:key/<id>`: an alias could be moved to another key. */
  readonly arn: string
  /** An endpoint in AWS's place: a VPC endpoint, or a double in tests. */
  readonly endpoint?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

const keyArn = /^arn:aws[\w-]*:kms:([a-z0-9-]+):\d{12}:key\/[\w-]+$/
const checkPlace: Place = ['key-check']
const checkText = Buffer.from('openesc key check')
const timeouts = { connectionTimeout: 2_000, requestTimeout: 3_000 }

/**
 * A key-encryption key in AWS KMS: data keys go there to be wrapped and unwrapped, the key never leaves (S-04). The
 * encryption context carries the fields that other sources authenticate, so that KMS refuses a wrapping that was moved and
 * CloudTrail shows whose data key was asked for. Needs `kms:Encrypt` and `kms:Decrypt`. The SDK is loaded with the first call;
 * credentials come from the host's usual chain.
 *
 * @throws AppError SETTING_INVALID when it is no key ARN
 */
export function kmsKeySource({ arn, endpoint, credentials }: KmsKeyOptions): KeySource {
  const region = keyArn.exec(arn)?.[1]
  if (region === undefined) {
    const wanted = 'the ARN of a key: arn:aws:kms:<region>:<account>:key/<id> (an alias could be moved)'
    throw new AppError('SETTING_INVALID', { name: 'kmsKey', wanted, got: arn.slice(0, 200) })
  }
  let client: Promise<KMSClient> | null = null
  const connected = () => {
    client ??= connect({
      region,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
    })
    return client
  }
  const wrap = async (place: Place, plaintext: Uint8Array) => {
    const { EncryptCommand } = await import('@aws-sdk/client-kms')
    const input = { KeyId: arn, Plaintext: plaintext, EncryptionContext: contextOf(place) }
    try {
      const { CiphertextBlob } = await (await connected()).send(new EncryptCommand(input))
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
      const { Plaintext } = await (await connected()).send(new DecryptCommand(input))
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
  readonly endpoint?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}): Promise<KMSClient> {
  const { KMSClient } = await import('@aws-sdk/client-kms')
  return new KMSClient({ ...options, maxAttempts: 2, requestHandler: timeouts })
}

/** Names and values as KMS wants them: texts that are not empty. */
function contextOf([purpose = '', id, owner]: Place): Record<string, string> {
  return {
    'openesc:purpose': purpose,
    ...(id === undefined ? {} : { 'openesc:data-key': id }),
    ...(owner === undefined ? {} : { 'openesc:owner': owner }),
  }
}

const damaged = ['InvalidCiphertextException', 'IncorrectKeyException']

/** What KMS says of a ciphertext is about the data; everything else is about the key, and may pass. */
function refusal(keyId: string, error: unknown): AppError {
  const why = error instanceof Error ? error.name : 'unknown'
  if (damaged.includes(why)) return new AppError('VALUE_INTEGRITY', {}, { cause: error })
  return new AppError('KEY_UNAVAILABLE', { keyId, why }, { cause: error })
}
