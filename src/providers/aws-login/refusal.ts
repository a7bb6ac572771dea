import { ProviderError } from '../../eval/index.ts'
import { parseRoleArn } from '../../trust/role-arn.ts'
import { formatDuration } from '../duration.ts'
import type { AwsRefusal, RefusalExplanation, RefusedExchange } from '../powers.ts'

/** What was asked of STS, for the message about its refusal. */
export interface Attempt extends RefusedExchange {
  /** The environment that was opened, as the evaluator names it. */
  readonly environment: string
}

/** STS refuses a duration above the role's maximum session. */
export function isTooLong(refusal: AwsRefusal): boolean {
  return refusal.awsCode === 'ValidationError' && /MaxSessionDuration/.test(refusal.message)
}

/**
 * The refusal as a person needs it (providers §1.3, §3.1): what failed, what AWS said, what was sent, one next step,
 * and the trust engine's explanation when the role's policy is known.
 */
export function explainRefusal(
  refusal: AwsRefusal,
  attempt: Attempt,
  explanation: RefusalExplanation | null,
): ProviderError {
  const { summary, next } = describe(refusal, attempt)
  const { iss, aud, sub } = attempt.claims
  // Only an AccessDenied is about the policy; of the other refusals our own words tell more.
  const isDenied = refusal.awsCode === 'AccessDenied'
  const told = isDenied ? explanation : null
  const lines = [
    `said: ${refusal.awsCode}: ${refusal.message}`,
    `sent: iss=${iss}, aud=${aud}, sub=${sub}`,
    ...(told === null || told.trace === '' ? [] : ['why:', told.trace.replace(/^(?=.)/gm, '  ')]),
    ...(isDenied && told === null ? likelyCauses(attempt) : []),
    `try: ${told?.next ?? next}`,
  ]
  return new ProviderError(`aws-login: ${summary}`, lines.join('\n'), { cause: refusal })
}

/**
 * AWS says the same words for all of these; here they stand from the likeliest on. One command tells them apart: it reads
 * the role through IAM and decides over it.
 */
function likelyCauses(attempt: Attempt): readonly string[] {
  const { roleArn, claims } = attempt
  const role = parseRoleArn(roleArn)
  const host = claims.iss.replace(/^https?:\/\//, '')
  const account = role?.account ?? '<account>'
  const provider = `arn:${role?.partition ?? 'aws'}:iam::${account}:oidc-provider/${host}`
  return [
    `likeliest causes, in order; with AWS credentials of account ${account} this tells them apart:`,
    `  esc aws trust check ${environmentOf(attempt)} --role ${roleArn}`,
    `  1. the trust policy wants another subject than ${claims.sub}: it shows NO at ${host}:sub`,
    `  2. the trust policy wants another audience than ${claims.aud}: it shows NO at ${host}:aud`,
    `  3. the role does not exist: it says that the account has no role named ${role?.name ?? roleArn}`,
    `  4. the trust policy names another provider than ${provider}, or an action other than sts:AssumeRoleWithWebIdentity: it shows NO at principal or action`,
    '  5. the role is younger than 15 seconds, or a resource control policy of the AWS organization denies it: it says allowed; then open again, or see `aws organizations list-policies --filter RESOURCE_CONTROL_POLICY`',
  ]
}

/** The opened environment as the command line takes it. The audience holds the organization. */
function environmentOf({ environment, claims }: Attempt): string {
  const [name = ''] = environment.split('@')
  if (!/^[\w./-]+$/.test(name)) return '<environment>'
  const organization = claims.aud.replace(/^aws:/, '')
  return [organization, ...(name.includes('/') ? [] : ['default']), name].join('/')
}

function describe(refusal: AwsRefusal, attempt: Attempt): { summary: string; next: string } {
  const { iss, aud, sub } = attempt.claims
  const host = iss.replace(/^https?:\/\//, '')
  const account = parseRoleArn(attempt.roleArn)?.account ?? 'of the role'
  const text = refusal.message
  switch (refusal.awsCode) {
    case 'AccessDenied':
      return {
        summary: `the trust policy of \`${attempt.roleArn}\` does not let this environment in, or there is no such role`,
        next: `allow it with the condition {"StringEquals": {"${host}:aud": "${aud}", "${host}:sub": "${sub}"}}`,
      }
    case 'ExpiredTokenException':
    case 'ExpiredToken':
      return {
        summary: 'AWS found the token expired',
        next: 'compare this host’s clock with the real time; they must agree within 5 minutes',
      }
    case 'ValidationError':
      return isTooLong(refusal)
        ? {
            summary: `${formatDuration(attempt.durationSeconds)} is longer than the role’s maximum session`,
            next: 'lower `duration`, or raise the role’s MaxSessionDuration (AWS’s default is 1h, ours for `duration` is 2h)',
          }
        : {
            summary: 'AWS refused the request’s parameters',
            next: 'compare `roleArn`, `sessionName` and `duration` with what AWS said',
          }
    case 'InvalidIdentityToken':
    case 'IDPCommunicationError':
      return describeIdentityToken(refusal.awsCode, text, { account, iss, aud })
    case 'RegionDisabledException':
      return {
        summary: 'STS is not active in this region for the account',
        next: 'activate it in IAM’s account settings, or set another STS region on the server',
      }
    case 'Throttling':
    case 'ThrottlingException':
      return { summary: 'AWS is throttling the calls of this account', next: 'open again in a minute' }
    default:
      return {
        summary: 'AWS refused the login',
        next: 'read what AWS said above; `esc oidc verify` checks the issuer as AWS would',
      }
  }
}

function describeIdentityToken(
  code: string,
  text: string,
  sent: { account: string; iss: string; aud: string },
): { summary: string; next: string } {
  if (/No OpenIDConnect provider found/i.test(text)) {
    return {
      summary: `account ${sent.account} has no identity provider for ${sent.iss}`,
      next: `create one there: URL ${sent.iss}, client id ${sent.aud}`,
    }
  }
  if (code === 'IDPCommunicationError' || /verification key/i.test(text)) {
    return {
      summary: 'AWS could not fetch the issuer’s keys',
      next: `${sent.iss}/.well-known/openid-configuration and its JWKS must answer AWS publicly within 5 seconds; CloudTrail has no record of this failure`,
    }
  }
  if (/audience/i.test(text) || /could not be validated/i.test(text)) {
    return {
      summary: `the identity provider of account ${sent.account} does not register the audience \`${sent.aud}\``,
      next: `add the client id ${sent.aud} to the provider for ${sent.iss}`,
    }
  }
  return {
    summary: 'AWS did not accept the token',
    next: 'read what AWS said above; `esc oidc verify` checks the issuer as AWS would',
  }
}
