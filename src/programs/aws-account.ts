import { openAccount } from '../aws/account.ts'
import type { AccountOptions, AwsAccount } from '../setup/index.ts'

/** The AWS account that this process's variables, profile and credentials lead to. */
export function openAwsAccount(options: AccountOptions): AwsAccount {
  // The SDK looks for a profile's `endpoint_url` under the profile that the variable names, not under the client's.
  if (options.profile !== undefined) process.env['AWS_PROFILE'] = options.profile
  const region = options.region ?? (process.env['AWS_REGION'] || process.env['AWS_DEFAULT_REGION'])
  return openAccount({ ...options, ...(region ? { region } : {}) })
}

/** The same for a process that lives long: one account for each partition, opened on first use. */
export function awsAccounts(): (partition: string) => AwsAccount {
  const opened = new Map<string, AwsAccount>()
  return (partition) => {
    const account = opened.get(partition) ?? openAwsAccount({ partition })
    opened.set(partition, account)
    return account
  }
}
