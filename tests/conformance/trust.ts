import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { checkWritable, decide } from '../../src/trust/index.ts'
import type { CaseResult, Suite } from './suite.ts'

/** One case of the published file (aws specification §3.6). */
interface TrustCase {
  readonly id: string
  readonly description?: string
  readonly stage?: 'assume' | 'write'
  readonly provider: { readonly url: string; readonly clientIds: readonly string[]; readonly account: string } | null
  readonly policy: unknown
  readonly token?: {
    readonly claims: Record<string, unknown>
    readonly header?: Record<string, unknown>
    readonly signatureValid?: boolean
  }
  readonly request?: {
    readonly roleArn: string
    readonly roleSessionName?: string
    readonly durationSeconds?: number
    readonly now?: number
    readonly sourceIp?: string
    readonly region?: string
    readonly userAgent?: string
    readonly policy?: string
    readonly policyArns?: readonly string[]
  }
  readonly role?: { readonly maxSessionDuration?: number; readonly tags?: Record<string, string> }
  readonly expect: Answer
  readonly uncertain?: boolean
}

interface Answer {
  readonly decision: 'allow' | 'deny' | 'error'
  readonly errorCode?: string
  readonly reasonCode: string
}

const defaultNow = 1_767_225_600

/** Runs every case of a case file, or of the `*.json` file named in a folder: `cases.json`. */
export const suite: Suite = async function* (path, { only }) {
  const file = (await stat(path)).isDirectory() ? join(path, 'cases.json') : path
  const cases = JSON.parse(await readFile(file, 'utf8')) as readonly TrustCase[]
  for (const one of cases) {
    if (only === undefined || one.id === only) yield result(one)
  }
}

function result(one: TrustCase): CaseResult {
  const mark = one.uncertain ? ' (not established)' : ''
  const name = `${one.id}${mark} ${one.description ?? ''}`.trimEnd()
  const got = one.stage === 'write' ? answerWrite(one) : answerAssume(one)
  for (const field of ['decision', 'errorCode', 'reasonCode'] as const) {
    if (one.expect[field] === got[field]) continue
    return { name, passed: false, difference: `${field}: wanted ${one.expect[field]}, got ${got[field]}` }
  }
  return { name, passed: true }
}

function answerWrite({ policy }: TrustCase): Answer {
  const refusal = checkWritable(policy)
  if (refusal === null) return { decision: 'allow', reasonCode: 'ALLOWED' }
  return { decision: 'error', errorCode: refusal.awsError.code, reasonCode: refusal.reasonCode }
}

function answerAssume({ policy, provider, role, token, request }: TrustCase): Answer {
  const decision = decide({
    policy,
    provider,
    role: {
      arn: request!.roleArn,
      maxSessionDurationSeconds: role?.maxSessionDuration ?? 3600,
      tags: role?.tags ?? {},
    },
    token: {
      header: token?.header ?? { alg: 'RS256' },
      claims: token?.claims ?? {},
      signatureValid: token?.signatureValid ?? true,
    },
    request: {
      roleSessionName: request!.roleSessionName ?? 'session',
      nowSeconds: request!.now ?? defaultNow,
      ...(request!.durationSeconds !== undefined && { durationSeconds: request!.durationSeconds }),
      ...(request!.sourceIp !== undefined && { sourceIp: request!.sourceIp }),
      ...(request!.region !== undefined && { region: request!.region }),
      ...(request!.userAgent !== undefined && { userAgent: request!.userAgent }),
      ...(request!.policy !== undefined && { sessionPolicy: request!.policy }),
      ...(request!.policyArns !== undefined && { sessionPolicyArns: request!.policyArns }),
    },
  })
  const error = decision.awsError
  return {
    decision: decision.effect,
    reasonCode: decision.reasonCode,
    ...(error !== null && { errorCode: error.code }),
  }
}
