// The walk itself: eight steps, each through the real `esc` and the real AWS SDK, against two real servers.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { Narrator } from './narrator.ts'
import { type Result, runEsc } from './process.ts'
import { trustPolicy } from './trust-policy.ts'

/** What the walk needs to know of the two servers and of the person who walks. */
export interface Walk {
  readonly serverUrl: string
  readonly sandboxUrl: string
  readonly account: string
  readonly administrator: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly accessToken: string
  readonly home: string
  readonly env: NodeJS.ProcessEnv
  readonly narrator: Narrator
}

interface Login {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

const roleName = 'deployer'

/** Walks all steps; throws at the first that does not do what it must. */
export async function walk(demo: Walk): Promise<void> {
  const configuration = await showConfiguration(demo)
  const iam = new IAMClient({
    endpoint: demo.sandboxUrl,
    region: 'us-east-1',
    credentials: demo.administrator,
  })
  const providerArn = await trustIssuer(demo, iam, configuration)
  await saveEnvironment(demo)
  const login = await openEnvironment(demo)
  await whoAmI(demo, login)
  await runCommand(demo)
  await refuseOther(demo)
  await namedProject(demo, iam, providerArn, configuration.issuer)
  iam.destroy()
}

interface Configuration {
  readonly issuer: string
  readonly audience: string
  readonly namedAudience: string
  readonly discoveryUrl: string
  readonly jwksUri: string
}

async function showConfiguration({ narrator, env, serverUrl, accessToken }: Walk): Promise<Configuration> {
  narrator.begin('The issuer: what AWS has to know about us')
  narrator.command(`esc login ${serverUrl}`)
  const loggedIn = await expectSuccess(
    runEsc(['login', serverUrl], { ...env, PULUMI_ACCESS_TOKEN: accessToken }),
  )
  narrator.output(loggedIn.stdout || loggedIn.stderr)
  narrator.command('esc oidc config acme')
  const shown = await expectSuccess(runEsc(['oidc', 'config', 'acme'], env))
  narrator.output(shown.stdout)
  const facts = JSON.parse(
    (await expectSuccess(runEsc(['oidc', 'config', 'acme', '--output', 'json'], env))).stdout,
  ) as {
    issuer: string
    audience: string
    namedProjectAudience: string
    discoveryUrl: string
    jwksUri: string
  }
  const discovery = (await (await fetch(facts.discoveryUrl)).json()) as { issuer: string; jwks_uri: string }
  const jwks = (await (await fetch(discovery.jwks_uri)).json()) as { keys: { kid: string; alg: string }[] }
  must(
    discovery.issuer === facts.issuer,
    `the discovery document says issuer ${discovery.issuer}, wanted ${facts.issuer}`,
  )
  narrator.note(
    `discovery and JWKS answer: ${jwks.keys.length} signing key(s), ${jwks.keys[0]?.alg}, kid ${jwks.keys[0]?.kid}`,
  )
  narrator.facts({ ...facts, kids: jwks.keys.map(({ kid }) => kid) })
  return {
    issuer: facts.issuer,
    audience: facts.audience,
    namedAudience: facts.namedProjectAudience,
    discoveryUrl: facts.discoveryUrl,
    jwksUri: facts.jwksUri,
  }
}

async function trustIssuer(
  { narrator, account }: Walk,
  iam: IAMClient,
  configuration: Configuration,
): Promise<string> {
  narrator.begin(`The AWS side: an identity provider and a role, in account ${account} of the local sandbox`)
  narrator.command('IAM CreateOpenIDConnectProvider (AWS SDK v3)')
  const created = await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: configuration.issuer,
      ClientIDList: [configuration.audience, configuration.namedAudience],
    }),
  )
  const providerArn = created.OpenIDConnectProviderArn ?? ''
  narrator.output(providerArn)
  const policy = trustPolicy(providerArn, {
    aud: configuration.audience,
    sub: 'pulumi:environments:org:acme:env:my-environment',
  })
  narrator.command('IAM CreateRole (AWS SDK v3), with the trust policy')
  narrator.output(JSON.stringify(policy, null, 2))
  const role = await createRole(iam, roleName, policy)
  narrator.note(role)
  narrator.facts({
    providerArn,
    clientIds: [configuration.audience, configuration.namedAudience],
    roleArn: role,
    trustPolicy: policy,
  })
  return providerArn
}

async function createRole(iam: IAMClient, name: string, policy: object): Promise<string> {
  const created = await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify(policy),
      MaxSessionDuration: 7200,
    }),
  )
  return created.Role?.Arn ?? ''
}

async function saveEnvironment(demo: Walk): Promise<void> {
  const { narrator, account } = demo
  narrator.begin('The environment: five lines of YAML, no key in them')
  const text = definition(account, roleName)
  narrator.command('cat my-environment.yaml')
  narrator.output(text)
  const file = await keepFile(demo, 'my-environment.yaml', text)
  narrator.command('esc env init acme/my-environment --file my-environment.yaml')
  const created = await expectSuccess(
    runEsc(['env', 'init', 'acme/my-environment', '--file', file], demo.env),
  )
  narrator.output(created.stdout)
  narrator.facts({ environment: 'acme/default/my-environment', definition: text })
}

/** The definition of the mission, and the variables that `esc run` hands to a command. */
function definition(account: string, role: string, more = ''): string {
  return `values:
  aws:
    login:
      fn::open::aws-login:
        oidc:
          roleArn: arn:aws:iam::${account}:role/${role}
          sessionName: environments-session
          duration: 1h
${more}  environmentVariables:
    AWS_ACCESS_KEY_ID: \${aws.login.accessKeyId}
    AWS_SECRET_ACCESS_KEY: \${aws.login.secretAccessKey}
    AWS_SESSION_TOKEN: \${aws.login.sessionToken}
`
}

async function openEnvironment({ narrator, env }: Walk): Promise<Login> {
  narrator.begin('Open it: one-hour credentials')
  narrator.command('esc env open acme/my-environment aws.login')
  const opened = await expectSuccess(runEsc(['env', 'open', 'acme/my-environment'], env))
  const login = readLogin(opened)
  narrator.output(
    JSON.stringify(
      {
        accessKeyId: login.accessKeyId,
        secretAccessKey: masked(login.secretAccessKey),
        sessionToken: masked(login.sessionToken),
      },
      null,
      2,
    ),
  )
  must(
    /^ASIA[A-Z2-7]{16}$/.test(login.accessKeyId),
    `the access key id must be ASIA…, got \`${login.accessKeyId}\``,
  )
  must(login.secretAccessKey.length === 40, 'the secret access key must have 40 characters')
  must(login.sessionToken.length > 100, 'the session token must be there')
  narrator.facts({
    accessKeyId: login.accessKeyId,
    secretAccessKeyLength: login.secretAccessKey.length,
    sessionTokenLength: login.sessionToken.length,
  })
  return login
}

function readLogin(opened: Result): Login {
  const value = JSON.parse(opened.stdout || '{}') as { aws?: { login?: Login } }
  const login = value.aws?.login
  if (login === undefined) throw new Error(`the opened environment has no aws.login:\n${opened.stderr}`)
  return login
}

async function whoAmI({ narrator, sandboxUrl }: Walk, login: Login): Promise<void> {
  narrator.begin('Use them: who am I?')
  narrator.command('STS GetCallerIdentity (AWS SDK v3), signed with the credentials')
  const sts = new STSClient({ endpoint: sandboxUrl, region: 'us-east-1', credentials: login })
  const identity = await sts.send(new GetCallerIdentityCommand({}))
  sts.destroy()
  narrator.note(identity.Arn ?? '')
  must(
    identity.Arn?.endsWith(`assumed-role/${roleName}/environments-session`) === true,
    `unexpected identity ${identity.Arn}`,
  )
  narrator.facts({ arn: identity.Arn, account: identity.Account, userId: identity.UserId })
}

async function runCommand({ narrator, env }: Walk): Promise<void> {
  narrator.begin('Run a command with them in its environment')
  const script =
    'for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]) console.log(name, (process.env[name] ?? "").length)'
  narrator.command("esc run acme/my-environment -- node -e '<print the variables and their lengths>'")
  const ran = await expectSuccess(
    runEsc(['run', 'acme/my-environment', '--', process.execPath, '-e', script], env),
  )
  narrator.output(ran.stdout)
  const lengths = Object.fromEntries(
    ran.stdout
      .trim()
      .split('\n')
      .map((line) => [line.split(' ')[0], Number(line.split(' ')[1])]),
  )
  must(
    lengths['AWS_ACCESS_KEY_ID'] === 20 && lengths['AWS_SECRET_ACCESS_KEY'] === 40,
    'the variables must reach the command',
  )
  const echoed = await expectSuccess(
    runEsc(
      [
        'run',
        'acme/my-environment',
        '--',
        process.execPath,
        '-e',
        'console.log(process.env.AWS_SECRET_ACCESS_KEY)',
      ],
      env,
    ),
  )
  must(echoed.stdout.trim() === '[secret]', 'a secret that a command prints must be masked')
  narrator.note(`a command that prints its secret shows ${echoed.stdout.trim()}`)
  narrator.facts({ variableLengths: lengths, printedSecret: echoed.stdout.trim() })
}

async function refuseOther(demo: Walk): Promise<void> {
  const { narrator, account, env } = demo
  narrator.begin('Another environment asks for the same role: refused, with the reason')
  const file = await keepFile(demo, 'other.yaml', definition(account, roleName))
  await expectSuccess(runEsc(['env', 'init', 'acme/other', '--file', file], env))
  narrator.command('esc env open acme/other')
  const refused = await runEsc(['env', 'open', 'acme/other'], env)
  narrator.output(refused.stderr)
  must(!/ASIA/.test(refused.stdout), 'no credentials may come out')
  must(
    /StringEquals/.test(refused.stderr) && /:sub/.test(refused.stderr),
    'the message must name the condition that failed',
  )
  must(
    refused.stderr.includes('env:other') && refused.stderr.includes('env:my-environment'),
    'the message must show wanted and got',
  )
  narrator.facts({ exitCode: refused.code, stdout: refused.stdout, message: refused.stderr })
}

async function namedProject(demo: Walk, iam: IAMClient, providerArn: string, issuer: string): Promise<void> {
  const { narrator, account, env } = demo
  narrator.begin('A named project, and a subject made of attributes')
  const role = await createRole(
    iam,
    'web-prod',
    trustPolicy(providerArn, { aud: 'aws:acme', sub: 'pulumi:environments:org:acme:env:web/prod' }),
  )
  const file = await keepFile(demo, 'web-prod.yaml', definition(account, 'web-prod'))
  await expectSuccess(runEsc(['env', 'init', 'acme/web/prod', '--file', file], env))
  narrator.command('esc env open acme/web/prod        # aud aws:acme, sub …:env:web/prod')
  const named = readLogin(await expectSuccess(runEsc(['env', 'open', 'acme/web/prod'], env)))
  narrator.note(`${named.accessKeyId} for ${role}`)

  const attributes = ['currentEnvironment.name', 'pulumi.user.login']
  const sub =
    'pulumi:environments:pulumi.organization.login:acme:currentEnvironment.name:web/staging:pulumi.user.login:ada'
  const attributeRole = await createRole(
    iam,
    'web-staging-ada',
    trustPolicy(providerArn, { aud: 'aws:acme', sub }),
  )
  const withAttributes = definition(account, 'web-staging-ada').replace(
    '          duration: 1h\n',
    `          duration: 1h\n          subjectAttributes: [${attributes.join(', ')}]\n`,
  )
  const attributeFile = await keepFile(demo, 'web-staging.yaml', withAttributes)
  await expectSuccess(runEsc(['env', 'init', 'acme/web/staging', '--file', attributeFile], env))
  narrator.command(`esc env open acme/web/staging     # subjectAttributes: [${attributes.join(', ')}]`)
  const attributed = readLogin(await expectSuccess(runEsc(['env', 'open', 'acme/web/staging'], env)))
  narrator.note(`${attributed.accessKeyId} for ${attributeRole}`)
  narrator.note(`sub ${sub}`)
  narrator.facts({
    issuer,
    named: {
      environment: 'acme/web/prod',
      audience: 'aws:acme',
      subject: 'pulumi:environments:org:acme:env:web/prod',
      accessKeyId: named.accessKeyId,
      roleArn: role,
    },
    attributes: {
      environment: 'acme/web/staging',
      audience: 'aws:acme',
      subjectAttributes: attributes,
      subject: sub,
      accessKeyId: attributed.accessKeyId,
      roleArn: attributeRole,
    },
  })
}

async function keepFile(demo: Walk, name: string, text: string): Promise<string> {
  await mkdir(demo.home, { recursive: true })
  const file = join(demo.home, name)
  await writeFile(file, text)
  return file
}

async function expectSuccess(running: Promise<Result>): Promise<Result> {
  const result = await running
  if (result.code !== 0) throw new Error(`esc ended with ${result.code}:\n${result.stderr}${result.stdout}`)
  return result
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}

function masked(secret: string): string {
  return `${secret.slice(0, 3)}… (${secret.length} characters)`
}
