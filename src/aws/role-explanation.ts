import type { RefusalExplanation, RefusedExchange } from '../providers/index.ts'
import type { AwsAccount } from '../setup/index.ts'
import { decide, explainTrace, parseRoleArn } from '../trust/index.ts'

/** Where trust policies are read after a refusal: an account for each partition, and the clock of conditions. */
export interface RoleReader {
  readonly account: (partition: string) => AwsAccount
  readonly nowMs: () => number
}

const patienceMilliseconds = 4000

/**
 * Why a role's trust policy refused, as far as this host's own credentials may read it (`iam:GetRole`); null when they
 * may not, or the role is of another account. An explanation is a courtesy: failing to get it must not hide the refusal,
 * nor hold it up.
 */
export async function explainFromRole(
  { account: accountOf, nowMs }: RoleReader,
  asked: RefusedExchange,
): Promise<RefusalExplanation | null> {
  const arn = parseRoleArn(asked.roleArn)
  if (arn === null) return null
  const late = new Promise<null>((resolve) => {
    AbortSignal.timeout(patienceMilliseconds).addEventListener('abort', () => resolve(null))
  })
  const read = readExplanation(
    accountOf(arn.partition),
    { ...arn, nowSeconds: Math.floor(nowMs() / 1000) },
    asked,
  )
  return await Promise.race([read.catch(() => null), late])
}

async function readExplanation(
  aws: AwsAccount,
  {
    account,
    name,
    nowSeconds,
  }: { readonly account: string; readonly name: string; readonly nowSeconds: number },
  { roleArn, roleSessionName, durationSeconds, claims }: RefusedExchange,
): Promise<RefusalExplanation | null> {
  const role = await aws.role(name)
  if (role === null) {
    if ((await aws.caller()).account !== account) return null
    return {
      trace: `account ${account} has no role named ${name}`,
      next: 'make the role: `esc aws setup` does',
    }
  }
  if (role.arn !== roleArn) {
    const isNeighbour = parseRoleArn(role.arn)?.account === account
    if (!isNeighbour) return null
    return {
      trace: `there is no ${roleArn}; the role of this name is ${role.arn}`,
      next: `write \`roleArn: ${role.arn}\``,
    }
  }
  const decision = decide({
    policy: role.trustPolicy,
    // STS had found the provider and taken the audience: only then does it come to the trust policy.
    provider: { url: claims.iss, clientIds: [claims.aud], account },
    role: { arn: roleArn, maxSessionDurationSeconds: role.maxSessionSeconds, tags: role.tags },
    token: {
      header: { alg: 'RS256' },
      signatureValid: true,
      claims: { ...claims, iat: nowSeconds, nbf: nowSeconds, exp: nowSeconds + 3600 },
    },
    request: { roleSessionName, durationSeconds, nowSeconds },
  })
  if (decision.effect !== 'allow')
    return { trace: explainTrace(decision), next: decision.suggestion?.say ?? null }
  return {
    trace: `${explainTrace(decision)}\nso the trust policy lets this login in`,
    next: 'open again in 15 seconds if role or policy are new; else look for a resource control policy of the AWS organization',
  }
}
