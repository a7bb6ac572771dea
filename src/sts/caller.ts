import { timingSafeEqual } from 'node:crypto'
import { parseRoleArn } from '../trust/index.ts'
import { assumedRoleArn, partitionOf } from './arn.ts'
import { administratorAccount, openSession, type Session, secretOf } from './credentials.ts'
import { AwsRefusal } from './protocol/aws-refusal.ts'
import { type Signature, verifySignature, type WireRequest } from './sigv4.ts'

/** Whoever signed a call. */
export type Caller =
  | {
      readonly kind: 'administrator'
      readonly account: string
      readonly arn: string
      readonly userId: string
    }
  | {
      readonly kind: 'session'
      readonly account: string
      /** `arn:aws:sts::…:assumed-role/…` */
      readonly arn: string
      readonly userId: string
      readonly session: Session
    }

/** The key pair that opens the sandbox: of the account named in the options, and of every other account. */
export interface Administrator {
  readonly account: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/**
 * The caller behind a signature.
 *
 * @throws AwsRefusal `InvalidClientTokenId` for an unknown key or a token that does not belong to it,
 *   `ExpiredToken` for a session past its end, `SignatureDoesNotMatch` for another partition, and what `verifySignature` throws
 */
export function authenticate(
  request: WireRequest,
  signature: Signature,
  service: string,
  facts: {
    readonly administrator: Administrator
    readonly sealingKey: Uint8Array
    readonly partition: string
    readonly nowMs: number
  },
): Caller {
  const { accessKeyId, sessionToken } = signature
  requirePartition(signature, facts.partition)
  if (sessionToken === null && !accessKeyId.startsWith('ASIA')) {
    const account =
      accessKeyId === facts.administrator.accessKeyId
        ? facts.administrator.account
        : administratorAccount(accessKeyId)
    if (account === null) throw unknownKey(accessKeyId)
    verifySignature(request, signature, facts.administrator.secretAccessKey, service, facts.nowMs)
    return administratorCaller(facts.partition, account)
  }
  const session = sessionOf(facts.sealingKey, accessKeyId, sessionToken, facts.nowMs)
  verifySignature(request, signature, secretOf(facts.sealingKey, sessionToken ?? ''), service, facts.nowMs)
  return sessionCaller(session)
}

// A partition's endpoints take signatures for its own regions only.
function requirePartition({ region }: Signature, partition: string): void {
  if (partitionOf(region) === partition) return
  throw new AwsRefusal('SignatureDoesNotMatch', 403, 'Credential should be scoped to a valid region.', {
    reasonCode: 'SIGNATURE_MISMATCH',
    reason: `the call is signed for region \`${region.slice(0, 40)}\`, which is not of partition ${partition}`,
    suggestion: 'sign for a region of the partition, or start the sandbox with --region of the other',
  })
}

function administratorCaller(partition: string, account: string): Caller {
  return {
    kind: 'administrator',
    account,
    arn: `arn:${partition}:iam::${account}:user/sandbox-administrator`,
    userId: `AIDASANDBOX${account.slice(-10)}`,
  }
}

function sessionCaller(session: Session): Caller {
  const role = parseRoleArn(session.roleArn)
  if (role === null) throw new Error('a sealed session names no role')
  return {
    kind: 'session',
    account: role.account,
    arn: assumedRoleArn(role, session.sessionName),
    userId: `${session.roleId}:${session.sessionName}`,
    session,
  }
}

/**
 * The session of a token, which must belong to the access key and not be over.
 *
 * @throws AwsRefusal `InvalidClientTokenId` or `ExpiredToken`
 */
export function sessionOf(
  sealingKey: Uint8Array,
  accessKeyId: string | null,
  sessionToken: string | null,
  nowMs: number,
): Session {
  const session = sessionToken === null ? null : openSession(sealingKey, sessionToken)
  if (session === null) {
    throw invalidToken(
      sessionToken === null
        ? 'temporary credentials were used without their session token'
        : 'the session token was not issued by this sandbox, or its state was lost since',
      'get new credentials from this sandbox; credentials of the real AWS are never accepted here',
    )
  }
  if (accessKeyId !== null && !sameText(session.accessKeyId, accessKeyId)) {
    throw invalidToken(
      'the session token belongs to another access key',
      'use the three values of one answer',
    )
  }
  if (nowMs < session.expiresAtSeconds * 1000) return session
  throw new AwsRefusal('ExpiredToken', 403, 'The security token included in the request is expired', {
    reasonCode: 'CREDENTIALS_EXPIRED',
    reason: `the credentials ended at ${session.expiresAtSeconds}, and it is ${Math.floor(nowMs / 1000)}`,
    suggestion: 'assume the role again',
  })
}

function unknownKey(accessKeyId: string): AwsRefusal {
  return invalidToken(
    `access key id \`${accessKeyId.slice(0, 20)}\` is not one of this sandbox`,
    'use the administrator key pair that the sandbox prints at its start',
  )
}

function invalidToken(reason: string, suggestion: string): AwsRefusal {
  return new AwsRefusal(
    'InvalidClientTokenId',
    403,
    'The security token included in the request is invalid.',
    { reasonCode: 'CREDENTIALS_UNKNOWN', reason, suggestion },
  )
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
