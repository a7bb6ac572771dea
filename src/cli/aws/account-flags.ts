import { type AwsAccount, type AwsCallError, isAwsCallError } from '../../setup/account.ts'
import { Failure } from '../failure.ts'
import { text } from '../flags.ts'
import type { World } from '../world.ts'

/** Where an AWS account is called; what is not given comes from AWS's own variables and files. */
export const accountFlags = {
  'endpoint-url': text(
    'An endpoint in place of AWS, e.g. that of `esc sandbox aws`; else AWS_ENDPOINT_URL(_IAM)',
    {
      placeholder: 'url',
    },
  ),
  profile: text('The profile of AWS credentials and settings; else AWS_PROFILE', { placeholder: 'name' }),
  region: text('The AWS region; IAM is the same in all of a partition', { placeholder: 'name' }),
}

/** The account that flags, variables and profile lead to. Nothing is called yet. @throws Failure for an endpoint that is no URL */
export async function accountOf(
  world: World,
  flags: { readonly 'endpoint-url': string; readonly profile: string; readonly region: string },
  partition: string,
): Promise<AwsAccount> {
  const { 'endpoint-url': endpoint, profile, region } = flags
  if (endpoint !== '' && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? ''))
    throw new Failure(`--endpoint-url: wanted an http or https URL, got ${JSON.stringify(endpoint)}`)
  if (world.programs.awsAccount === undefined) throw new Failure('AWS cannot be called from here')
  return await world.programs.awsAccount({
    partition,
    ...(endpoint === '' ? {} : { endpoint }),
    ...(profile === '' ? {} : { profile }),
    ...(region === '' ? {} : { region }),
  })
}

/** Does work with an account; AWS's refusals become words with a next step. */
export async function withAws<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isAwsCallError(error) ? new Failure(awsRefusal(error), { cause: error }) : error
  }
}

/** AWS's refusal in words: the call, what AWS said, one next step. */
export function awsRefusal({ operation, awsCode, message }: AwsCallError): string {
  const said = `${operation}: ${awsCode === '' ? '' : `${awsCode}: `}${message}`
  return `${said}; ${nextStep(operation, awsCode, message)}`
}

function nextStep(operation: string, code: string, message: string): string {
  if (/^(AccessDenied|UnauthorizedOperation)/.test(code))
    return `these credentials need \`${operation}\`: let an administrator allow it, or use --profile`
  if (/^(InvalidClientTokenId|SignatureDoesNotMatch|ExpiredToken|UnrecognizedClient)/.test(code))
    return 'the AWS credentials are not valid there: renew them (e.g. `aws sso login`), or check --profile and --endpoint-url'
  if (/^(Throttling|TooManyRequests)/.test(code))
    return 'AWS is throttling this account: try again in a minute'
  if (/credentials|profile|sso/i.test(message) && !/^(NoSuchEntity|Malformed)/.test(code))
    return 'set AWS_PROFILE or --profile, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with `aws sso login`'
  if (/ECONN|ENOTFOUND|EAI_AGAIN|timed? ?out|socket/i.test(message))
    return 'AWS cannot be reached: check the network, --endpoint-url and AWS_ENDPOINT_URL'
  if (/^MalformedPolicyDocument/.test(code)) return '`esc aws trust lint` shows what AWS does not take'
  if (/^LimitExceeded/.test(code))
    return 'a quota of the account is used up: remove what is not needed or have it raised'
  return 'read what AWS said above'
}
