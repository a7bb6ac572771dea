import type { AwsAccount, ProviderState, RoleState } from '../../setup/account.ts'
import { isAwsCallError } from '../../setup/account.ts'
import { parseRoleArn } from '../../trust/index.ts'
import { Failure } from '../failure.ts'
import { awsRefusal, withAws } from './account-flags.ts'

/** What an account says of a role and of the identity provider for an issuer. */
export interface RoleFacts {
  readonly role: RoleState
  /** Null when the account has none for the issuer. */
  readonly provider: ProviderState | null
  /** What could not be read, or almost fits; for the person. */
  readonly notes: readonly string[]
}

/**
 * Reads a role through IAM.
 *
 * @throws Failure when the ARN is none of a role, the role does not exist or is another account's, or IAM refuses
 */
export async function readRole(account: AwsAccount, arn: string): Promise<RoleState> {
  const wanted = parseRoleArn(arn)
  if (wanted === null)
    throw new Failure(
      `${JSON.stringify(arn)} is not the ARN of a role; wanted arn:aws:iam::<account>:role/<name>`,
    )
  const name = arn.slice(arn.lastIndexOf('/') + 1)
  const role = await withAws(() => account.role(name))
  if (role?.arn === arn) return role
  if (role !== null && role.arn.split(':')[4] === wanted.account)
    throw new Failure(
      `there is no role ${arn}; the role of this name is ${role.arn}: its path is part of its ARN`,
    )
  const caller = await withAws(() => account.caller())
  if (caller.account !== wanted.account)
    throw new Failure(
      `${arn} is of account ${wanted.account}, the AWS credentials are of account ${caller.account} (${caller.arn}); use --profile for one of account ${wanted.account}`,
    )
  throw new Failure(
    `account ${wanted.account} has no role named ${name}; AWS answers AccessDenied to a login there. Make it with \`esc aws setup <environment> --role-name ${name} --apply\``,
  )
}

/** Reads the identity provider that STS would look up for an issuer in the role's account. */
export async function readProvider(
  account: AwsAccount,
  role: RoleState,
  issuer: string,
): Promise<Pick<RoleFacts, 'provider' | 'notes'> & { readonly isKnown: boolean }> {
  const [, partition, , , owner] = role.arn.split(':')
  const host = issuer.replace(/^https?:\/\//, '')
  const arn = `arn:${partition}:iam::${owner}:oidc-provider/${host}`
  try {
    const provider = await account.provider(arn)
    if (provider !== null) return { provider, isKnown: true, notes: [] }
    const near = (await account.providers()).filter((other) => plain(other) === plain(arn))
    const notes = near.map(
      (other) => `the account has ${other}, which is another provider than ${arn}: AWS compares exactly`,
    )
    return { provider: null, isKnown: true, notes }
  } catch (error) {
    if (!isAwsCallError(error) || !/^AccessDenied/.test(error.awsCode)) throw failureOf(error)
    return {
      provider: null,
      isKnown: false,
      notes: [`${awsRefusal(error)}. It is taken to exist and to register the audience`],
    }
  }
}

function failureOf(error: unknown): unknown {
  return isAwsCallError(error) ? new Failure(awsRefusal(error), { cause: error }) : error
}

// What people mistake for one another: the case and a trailing slash.
function plain(arn: string): string {
  return arn.toLowerCase().replace(/\/$/, '')
}
