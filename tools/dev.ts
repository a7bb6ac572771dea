// `npm run dev`: the server and the AWS sandbox on their usual ports, with seeded data that stays in `.openesc/dev`. Ctrl-C ends both.

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  EntityAlreadyExistsException,
  IAMClient,
} from '@aws-sdk/client-iam'
import { type Running, runEsc } from './demo/process.ts'
import { account, cleanEnvironment, startServers } from './demo/servers.ts'
import { trustPolicy } from './demo/trust-policy.ts'

const folder = resolve('.openesc/dev')
if (process.argv.includes('--fresh')) await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true })
const env = cleanEnvironment(folder)
const running: Running[] = []

const end = async (code: number): Promise<never> => {
  await Promise.all(running.map((program) => program.stop()))
  process.exit(code)
}
process.once('SIGINT', () => void end(0))
process.once('SIGTERM', () => void end(0))

try {
  const servers = await startServers({
    folder,
    serverPort: 3720,
    sandboxPort: 3721,
    env,
    running,
    detached: false,
  })
  await seed(servers)
  console.log(`server       ${servers.serverUrl}
AWS sandbox  ${servers.sandboxUrl}   decisions: ${servers.sandboxUrl}/_sandbox/decisions
data         ${folder}   (start again from nothing with \`npm run dev -- --fresh\`)

In another terminal:
  export PULUMI_HOME=${join(folder, '.pulumi')}
  ./bin/esc env ls
  ./bin/esc env open acme/web/dev

Ctrl-C ends both.`)
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`)
  await end(1)
}

async function seed(servers: Awaited<ReturnType<typeof startServers>>): Promise<void> {
  await runEsc(['login', servers.serverUrl], { ...env, PULUMI_ACCESS_TOKEN: servers.accessToken })
  const iam = new IAMClient({
    endpoint: servers.sandboxUrl,
    region: 'us-east-1',
    credentials: servers.administrator,
  })
  const issuer = `${servers.serverUrl}/oidc`
  const providerArn = `arn:aws:iam::${account}:oidc-provider/${issuer.replace(/^https?:\/\//, '')}`
  const policy = trustPolicy(providerArn, {
    aud: 'aws:acme',
    sub: 'pulumi:environments:org:acme:env:web/dev',
  })
  await once(iam.send(new CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: ['aws:acme'] })))
  await once(
    iam.send(
      new CreateRoleCommand({ RoleName: 'deployer', AssumeRolePolicyDocument: JSON.stringify(policy) }),
    ),
  )
  iam.destroy()
  const file = join(folder, 'web-dev.yaml')
  await writeFile(
    file,
    `values:
  aws:
    login:
      fn::open::aws-login:
        oidc:
          roleArn: arn:aws:iam::${account}:role/deployer
          sessionName: dev
          duration: 1h
  environmentVariables:
    AWS_ACCESS_KEY_ID: \${aws.login.accessKeyId}
    AWS_SECRET_ACCESS_KEY: \${aws.login.secretAccessKey}
    AWS_SESSION_TOKEN: \${aws.login.sessionToken}
`,
  )
  await runEsc(['env', 'init', 'acme/web/dev', '--file', file], env)
}

/** Seeding twice is no error: what is there stays. */
async function once(created: Promise<unknown>): Promise<void> {
  await created.catch((error: unknown) => {
    if (!(error instanceof EntityAlreadyExistsException)) throw error
  })
}
