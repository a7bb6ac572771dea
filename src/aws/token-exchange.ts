import { AsyncLocalStorage } from 'node:async_hooks'
import type { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import {
  AccountNotAllowed,
  type AwsCredentials,
  AwsRefusal,
  type AwsTokenExchange,
  type Breakers,
  type CallTarget,
  StsUnexpectedAnswer,
} from '../providers/index.ts'
import { parseRoleArn } from '../trust/index.ts'
import { endOfRefused } from './call-end.ts'
import { fetchExplanation } from './decision-page.ts'
import { fewRetries, type RetryStrategyV2 } from './few-retries.ts'
import { stsRegion } from './partition.ts'
import { explainFromRole, type RoleReader } from './role-explanation.ts'
import { readStrictly, requireSessionOf } from './strict-answer.ts'

/** Where and how STS is called. */
export interface TokenExchangeOptions {
  /** The region of the STS endpoint for the commercial partition; other partitions have their own. */
  readonly region: string
  /** An endpoint in AWS's place: the local sandbox. Absent = AWS itself. */
  readonly endpoint?: string
  /** For the sandbox's decision page only. */
  readonly fetch: typeof fetch
  /** The accounts whose roles may be assumed: 12 digits, or `organization=` and 12 digits; empty or absent = any. */
  readonly accounts?: readonly string[]
  /** Keeps calls away from an STS that fails for an organization, and bounds retries. */
  readonly breakers: Breakers
  /** Reads the role's trust policy after a refusal. Absent = only the sandbox explains. */
  readonly roles?: RoleReader
}

/**
 * `AssumeRoleWithWebIdentity` through the AWS SDK, which maintains endpoints, partitions and retries. The SDK is loaded
 * with the first login. The call is unsigned: no credentials of this host are looked for or sent.
 */
export function createTokenExchange(options: TokenExchangeOptions): AwsTokenExchange {
  const clients = new Map<string, Promise<STSClient>>()
  const called = new AsyncLocalStorage<CallTarget>()
  const clientFor = (region: string): Promise<STSClient> => {
    const known = clients.get(region)
    if (known !== undefined) return known
    const retries = fewRetries((attempt) => {
      const target = called.getStore()
      return target === undefined ? null : options.breakers.retryIn(target, attempt)
    })
    const made = makeClient(region, options.endpoint, retries)
    clients.set(region, made)
    return made
  }
  return {
    assumeRoleWithWebIdentity: async (request) => {
      requireAccount(request, options.accounts ?? [])
      const region = stsRegion(request.roleArn, options.region)
      const client = await clientFor(region)
      const target = {
        organization: request.organization,
        kind: 'aws-login',
        host: options.endpoint === undefined ? `sts.${region}` : new URL(options.endpoint).host,
      }
      const { AssumeRoleWithWebIdentityCommand } = await import('@aws-sdk/client-sts')
      const command = new AssumeRoleWithWebIdentityCommand({
        RoleArn: request.roleArn,
        RoleSessionName: request.roleSessionName,
        WebIdentityToken: request.webIdentityToken,
        DurationSeconds: request.durationSeconds,
        ...(request.policyArns.length > 0 ? { PolicyArns: request.policyArns.map((arn) => ({ arn })) } : {}),
      })
      carry(command, request.headers ?? {})
      try {
        const signal = AbortSignal.any([request.signal, AbortSignal.timeout(totalMilliseconds)])
        const answer = await options.breakers.guard(
          target,
          () => called.run(target, () => client.send(command, { abortSignal: signal })),
          (outcome) => {
            if ('answer' in outcome) return 'answered'
            return request.signal.aborted ? 'none' : endOfRefused(outcome.error)
          },
        )
        requireSessionOf(answer.AssumedRoleUser?.Arn, request)
        const credentials = readCredentials(answer.Credentials, options.endpoint)
        return { ...credentials, requestId: answer.$metadata.requestId }
      } catch (error) {
        throw asRefusal(error, options.endpoint)
      }
    },
    explain: async (refusal, asked) => {
      if (refusal.decisionUrl !== null) return await fetchExplanation(refusal.decisionUrl, options.fetch)
      const isOfPolicy = refusal.awsCode === 'AccessDenied'
      return isOfPolicy && options.roles !== undefined ? await explainFromRole(options.roles, asked) : null
    },
  }
}

/** Headers beside the SDK's own. The call is not signed, so that none of them is either. */
function carry(command: AssumeRoleWithWebIdentityCommand, headers: Readonly<Record<string, string>>): void {
  if (Object.keys(headers).length === 0) return
  command.middlewareStack.add(
    (next) => async (args) => {
      Object.assign((args.request as { headers: Record<string, string> }).headers, headers)
      return await next(args)
    },
    { step: 'build', name: 'carriedHeaders' },
  )
}

/** The budgets of R-14. */
const connectMilliseconds = 3_000
const headersMilliseconds = 10_000
const totalMilliseconds = 30_000

async function makeClient(
  region: string,
  endpoint: string | undefined,
  retryStrategy: RetryStrategyV2,
): Promise<STSClient> {
  const { STSClient } = await import('@aws-sdk/client-sts')
  const client = new STSClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    // Never signed, so nothing is resolved; a chain that looks for credentials would delay the first call by seconds.
    credentials: { accessKeyId: '', secretAccessKey: '' },
    retryStrategy,
    requestHandler: { connectionTimeout: connectMilliseconds, requestTimeout: headersMilliseconds },
  })
  return readStrictly(client, endpoint !== undefined)
}

/**
 * An account without an organization is everybody's. As soon as there is a list, an organization that it does not speak of has these only.
 *
 * @throws AccountNotAllowed before anything is sent
 */
function requireAccount(
  { roleArn, organization }: { readonly roleArn: string; readonly organization: string },
  accounts: readonly string[],
): void {
  const account = parseRoleArn(roleArn)?.account ?? ''
  const isAllowed = accounts.includes(account) || accounts.includes(`${organization}=${account}`)
  if (accounts.length > 0 && !isAllowed) throw new AccountNotAllowed(account, organization)
}

function readCredentials(
  credentials:
    | {
        AccessKeyId?: string | undefined
        SecretAccessKey?: string | undefined
        SessionToken?: string | undefined
        Expiration?: Date | undefined
      }
    | undefined,
  endpoint: string | undefined,
): AwsCredentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials ?? {}
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
    throw new StsUnexpectedAnswer('no credentials')
  }
  // A sandbox is met at an endpoint of its own, never in AWS's place.
  if (endpoint === undefined && SessionToken.startsWith('SANDBOX')) {
    throw new StsUnexpectedAnswer('credentials of a sandbox')
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration.toISOString(),
  }
}

interface ServiceException extends Error {
  readonly $response?: { readonly headers?: { readonly [name: string]: string } }
  readonly Code?: string
}

/** The SDK's exception names carry a suffix that AWS's codes do not; the code itself is what documentation speaks of. */
function asRefusal(error: unknown, endpoint: string | undefined): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  const exception = error as ServiceException
  if (exception instanceof StsUnexpectedAnswer) return exception
  if (!('$metadata' in exception) || exception.$response === undefined) return exception
  // What names no error of AWS's could not be read as an answer of STS at all.
  if (exception.Code === undefined && (!('$fault' in exception) || exception.name.startsWith('Unknown'))) {
    return new StsUnexpectedAnswer('XML that is none of STS')
  }
  const code = exception.Code ?? exception.name.replace(/(?<!Expired\w{0,5}Token)Exception$/, '')
  const decision = exception.$response.headers?.['x-sandbox-decision']
  const decisionUrl =
    endpoint === undefined || decision === undefined
      ? null
      : new URL(`/_sandbox/decisions/${encodeURIComponent(decision)}`, endpoint).href
  return new AwsRefusal(code, exception.message, decisionUrl, { cause: error })
}
