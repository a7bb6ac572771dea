import type { IAMClient } from '@aws-sdk/client-iam'
import { type AccountOptions, type AwsAccount, AwsCallError } from '../setup/index.ts'
import { stsRegion } from './partition.ts'

/**
 * An account through the AWS SDK and its default credential chain, loaded with the first call. `region` is what the
 * process's environment says; the SDK reads the rest of AWS's variables and files itself.
 */
export function openAccount(options: AccountOptions): AwsAccount {
  let opened: Promise<Clients> | null = null
  const clients = () => {
    opened ??= openClients(options)
    return opened
  }
  const call = async <T>(operation: string, work: (clients: Clients) => Promise<T>): Promise<T> => {
    try {
      return await work(await clients())
    } catch (error) {
      throw callError(operation, error)
    }
  }
  const orNull = async <T>(work: Promise<T>): Promise<T | null> => {
    try {
      return await work
    } catch (error) {
      if (error instanceof AwsCallError && /^NoSuchEntity/.test(error.awsCode)) return null
      throw error
    }
  }
  return {
    caller: () =>
      call('sts:GetCallerIdentity', async ({ sts, stsModule }) => {
        const { Account, Arn } = await sts.send(new stsModule.GetCallerIdentityCommand({}))
        return { account: Account ?? '', arn: Arn ?? '' }
      }),
    role: (name) =>
      orNull(
        call('iam:GetRole', async ({ iam, iamModule }) => {
          const { Role } = await iam.send(new iamModule.GetRoleCommand({ RoleName: name }))
          return {
            arn: Role?.Arn ?? '',
            name: Role?.RoleName ?? name,
            trustPolicy: decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''),
            maxSessionSeconds: Role?.MaxSessionDuration ?? 3600,
            tags: Object.fromEntries((Role?.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
          }
        }),
      ),
    attachedPolicies: (role) =>
      call('iam:ListAttachedRolePolicies', async ({ iam, iamModule }) => {
        const arns: string[] = []
        const pages = iamModule.paginateListAttachedRolePolicies({ client: iam }, { RoleName: role })
        for await (const { AttachedPolicies } of pages)
          for (const { PolicyArn } of AttachedPolicies ?? []) if (PolicyArn) arns.push(PolicyArn)
        return arns
      }),
    inlinePolicies: (role) =>
      call('iam:ListRolePolicies', async ({ iam, iamModule }) => {
        const names: string[] = []
        const pages = iamModule.paginateListRolePolicies({ client: iam }, { RoleName: role })
        for await (const { PolicyNames } of pages) names.push(...(PolicyNames ?? []))
        return names
      }),
    provider: (arn) =>
      orNull(
        call('iam:GetOpenIDConnectProvider', async ({ iam, iamModule }) => {
          const command = new iamModule.GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn })
          const { Url, ClientIDList } = await iam.send(command)
          return { arn, url: withScheme(Url ?? ''), clientIds: ClientIDList ?? [] }
        }),
      ),
    providers: () =>
      call('iam:ListOpenIDConnectProviders', async ({ iam, iamModule }) => {
        const { OpenIDConnectProviderList } = await iam.send(
          new iamModule.ListOpenIDConnectProvidersCommand({}),
        )
        return (OpenIDConnectProviderList ?? []).flatMap(({ Arn }) => (Arn ? [Arn] : []))
      }),
    createProvider: (url, clientId) =>
      call('iam:CreateOpenIDConnectProvider', async ({ iam, iamModule }) => {
        await iam.send(
          new iamModule.CreateOpenIDConnectProviderCommand({ Url: url, ClientIDList: [clientId] }),
        )
      }),
    addClientId: (arn, clientId) =>
      call('iam:AddClientIDToOpenIDConnectProvider', async ({ iam, iamModule }) => {
        const input = { OpenIDConnectProviderArn: arn, ClientID: clientId }
        await iam.send(new iamModule.AddClientIDToOpenIDConnectProviderCommand(input))
      }),
    createRole: ({ name, path, trustPolicy, maxSessionSeconds, description }) =>
      call('iam:CreateRole', async ({ iam, iamModule }) => {
        await iam.send(
          new iamModule.CreateRoleCommand({
            RoleName: name,
            Path: path,
            AssumeRolePolicyDocument: trustPolicy,
            MaxSessionDuration: maxSessionSeconds,
            Description: description,
          }),
        )
      }),
    replaceTrustPolicy: (role, trustPolicy) =>
      call('iam:UpdateAssumeRolePolicy', async ({ iam, iamModule }) => {
        const input = { RoleName: role, PolicyDocument: trustPolicy }
        await iam.send(new iamModule.UpdateAssumeRolePolicyCommand(input))
      }),
    setMaxSession: (role, seconds) =>
      call('iam:UpdateRole', async ({ iam, iamModule }) => {
        await iam.send(new iamModule.UpdateRoleCommand({ RoleName: role, MaxSessionDuration: seconds }))
      }),
    attachPolicy: (role, policyArn) =>
      call('iam:AttachRolePolicy', async ({ iam, iamModule }) => {
        await iam.send(new iamModule.AttachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn }))
      }),
  }
}

interface Clients {
  readonly iam: IAMClient
  readonly iamModule: typeof import('@aws-sdk/client-iam')
  readonly sts: import('@aws-sdk/client-sts').STSClient
  readonly stsModule: typeof import('@aws-sdk/client-sts')
}

async function openClients({
  profile,
  region,
  endpoint,
  credentials,
  partition,
}: AccountOptions): Promise<Clients> {
  const [iamModule, stsModule] = await Promise.all([
    import('@aws-sdk/client-iam'),
    import('@aws-sdk/client-sts'),
  ])
  const common = {
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    requestHandler: { connectionTimeout: 5000, requestTimeout: 15_000 },
  }
  // IAM is one service for a partition, so a region of another partition, or none at all, must not stop the call.
  const configured = region ?? (await configuredRegion(new iamModule.IAMClient(common)))
  const settled = { ...common, region: stsRegion(`arn:${partition}`, configured ?? '') || 'us-east-1' }
  return {
    iamModule,
    stsModule,
    iam: new iamModule.IAMClient(settled),
    sts: new stsModule.STSClient(settled),
  }
}

async function configuredRegion(client: IAMClient): Promise<string | null> {
  try {
    return await client.config.region()
  } catch {
    return null
  } finally {
    client.destroy()
  }
}

// The sandbox's providers stand for issuers on this machine, which have no certificate.
function withScheme(url: string): string {
  if (/^https?:\/\//.test(url)) return url
  return `${/^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?(\/|$)/.test(url) ? 'http' : 'https'}://${url}`
}

function callError(operation: string, error: unknown): AwsCallError {
  if (error instanceof AwsCallError) return error
  if (!(error instanceof Error)) return new AwsCallError(operation, '', String(error))
  const answered = '$metadata' in error && 'Code' in error && typeof error.Code === 'string'
  const code = answered ? (error.Code as string) : '$metadata' in error ? error.name : ''
  const inner = error instanceof AggregateError ? error.errors.map(String).join('; ') : ''
  return new AwsCallError(operation, code, error.message || inner || error.name, { cause: error })
}
