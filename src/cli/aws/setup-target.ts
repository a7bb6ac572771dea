import type { SetupTarget } from '../../setup/index.ts'
import { parseRoleArn } from '../../trust/index.ts'
import type { EnvironmentCall } from '../command.ts'
import { Failure } from '../failure.ts'
import type { FlagTable } from '../flags.ts'
import { environmentClaims } from './environment-claims.ts'
import { chosenLogins, type EnvironmentLogin, environmentLogins, loginName } from './environment-logins.ts'

/** What the flags say about a set-up. */
export interface TargetFlags {
  readonly account: string
  readonly 'role-name': string
  readonly login: string
  readonly 'policy-arn': readonly string[]
  readonly 'existing-provider': boolean
  readonly 'new-provider': boolean
}

const shortestSession = 3600
const longestSession = 43_200

/**
 * What AWS is to be told for the login that was chosen, or for the environment's default subject when it has none.
 * `callerAccount` says whose account it is when neither the login nor `--account` does.
 *
 * @throws Failure when several logins differ and none was chosen, or account or role name are unknown
 */
export async function setupTarget<F extends FlagTable>(
  call: EnvironmentCall<F>,
  flags: TargetFlags,
  callerAccount: () => Promise<{ readonly account: string; readonly partition: string } | null>,
): Promise<SetupTarget> {
  const { api, reference, out } = call
  const [{ logins, findings }, claimsOf] = await Promise.all([
    environmentLogins(api, reference),
    environmentClaims(api, reference, ''),
  ])
  for (const finding of findings) out.note(out.errorColors.yellow(finding))
  const targets = new Map<string, { readonly login: EnvironmentLogin | null; readonly sub: string }>()
  for (const login of chosenLogins(logins, flags.login, reference)) {
    const { sub } = claimsOf(login)
    targets.set(`${login.roleArn}\n${sub}`, { login, sub })
  }
  if (targets.size > 1) {
    const names = [...targets.values()].flatMap(({ login }) =>
      login === null
        ? []
        : [`${loginName(login, reference)} (${login.roleArn || 'role known only when opened'})`],
    )
    throw new Failure(`there are ${names.length} logins: ${names.join(', ')}; choose one with --login`)
  }
  const [chosen = { login: null }] = targets.values()
  const { login } = chosen
  const { iss, aud, sub } = claimsOf(login)
  const personal = login?.subjectAttributes?.find((name) => /^pulumi\.(user|token)\./.test(name))
  if (personal !== undefined)
    out.note(`note: the subject holds \`${personal}\` of whoever opens: this lets in ${sub}, and nobody else`)
  const arn = parseRoleArn(login?.roleArn ?? '')
  const caller = arn === null && flags.account === '' ? await callerAccount() : null
  const account = flags.account || arn?.account || (caller?.account ?? '')
  const roleName = flags['role-name'] || (arn?.name ?? '')
  if (!/^\d{12}$/.test(account))
    throw new Failure(`--account: wanted the 12 digits of an AWS account, got ${JSON.stringify(account)}`)
  if (!/^[\w+=,.@-]{1,64}$/.test(roleName))
    throw new Failure(
      `--role-name: wanted 1 to 64 letters, digits and _+=,.@-, got ${JSON.stringify(roleName)}`,
    )
  const bad = flags['policy-arn'].find((one) => !/^arn:[\w-]+:iam::(aws|\d{12}):policy\/\S+$/.test(one))
  if (bad !== undefined)
    throw new Failure(
      `--policy-arn: wanted e.g. arn:aws:iam::aws:policy/ReadOnlyAccess, got ${JSON.stringify(bad)}`,
    )
  return {
    issuer: iss,
    audience: aud,
    subject: sub,
    roleName,
    rolePath: arn?.name === roleName ? arn.path : '/',
    maxSessionSeconds: Math.min(longestSession, Math.max(shortestSession, login?.durationSeconds ?? 0)),
    policyArns: [...new Set(flags['policy-arn'])],
    account,
    partition: arn?.partition ?? caller?.partition ?? 'aws',
    createsProvider: !flags['existing-provider'] && flags['new-provider'],
  }
}
