import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  AddClientIDToOpenIDConnectProviderCommand,
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
} from '@aws-sdk/client-iam'
import { decide, probeInput } from '../../src/trust/index.ts'
import { account, baseUrl, loginDefinition, type Scene, startScene } from './scene.ts'

const issuer = `${baseUrl}/oidc`
const host = 'esc.example.com/oidc'
const roleArn = `arn:aws:iam::${account}:role/deployer`
const providerArn = `arn:aws:iam::${account}:oidc-provider/${host}`
const subject = 'pulumi:environments:org:acme:env:web/prod'
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess'

interface Report {
  readonly plan: readonly { readonly action: string; readonly what: string }[]
  readonly done: readonly { readonly action: string; readonly what: string }[]
  readonly left: readonly unknown[]
  readonly error: string | null
  readonly proof: { readonly effect: string; readonly others: object | null }
}

const policyFor = (sub: string, principal: object = { Federated: providerArn }) => ({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: principal,
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${host}:aud`]: 'aws:acme', [`${host}:sub`]: sub } },
  },
})

describe('esc aws setup', () => {
  let scene: Scene
  before(async () => {
    scene = await startScene()
    await scene.define('web/prod', loginDefinition(roleArn))
  })
  beforeEach(async () => await scene.stage.sandbox.reset())
  after(async () => await scene.close())

  const makeProvider = async (clientIds: readonly string[]) =>
    await scene.stage
      .iam()
      .send(new CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: [...clientIds] }))
  const makeRole = async (policy: object, seconds = 3600) =>
    await scene.stage.iam().send(
      new CreateRoleCommand({
        RoleName: 'deployer',
        MaxSessionDuration: seconds,
        AssumeRolePolicyDocument: JSON.stringify(policy),
      }),
    )
  const clientIds = async () =>
    (
      await scene.stage
        .iam()
        .send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: providerArn }))
    ).ClientIDList
  const role = async () => {
    const { Role } = await scene.stage.iam().send(new GetRoleCommand({ RoleName: 'deployer' }))
    return { ...Role, policy: JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')) as object }
  }
  const apply = async (more = '') =>
    await scene.esc(`aws setup acme/web/prod --apply --yes${more === '' ? '' : ` ${more}`}`)

  describe('--format', () => {
    test('the CloudFormation template, read back, admits the environment and no neighbour', async () => {
      const { code, stdout } = await scene.esc(`aws setup acme/web/prod --policy-arn ${readOnly}`)
      assert.equal(code, 0)
      const { Resources } = JSON.parse(stdout) as {
        Resources: Record<string, { Properties: Record<string, unknown> }>
      }
      assert.deepEqual(Resources['IdentityProvider']?.Properties, { Url: issuer, ClientIdList: ['aws:acme'] })
      assert.deepEqual(Resources['Role']?.Properties['ManagedPolicyArns'], [readOnly])
      const text = JSON.stringify(Resources['Role']?.Properties['AssumeRolePolicyDocument'])
      const policy = text.replace('{"Ref":"IdentityProvider"}', JSON.stringify(providerArn))
      const provider = { url: issuer, clientIds: ['aws:acme'], account }
      const effect = (sub: string) => decide(probeInput(policy, provider, { sub })).effect
      assert.deepEqual([effect(subject), effect(`${subject}2`)], ['allow', 'deny'])
    })

    test('Terraform is formatted and, for a provider that exists, checks its audiences', async (context) => {
      const texts = await Promise.all(
        ['', ' --existing-provider', ` --policy-arn ${readOnly}`].map(
          async (more) => (await scene.esc(`aws setup acme/web/prod --format terraform${more}`)).stdout,
        ),
      )
      assert.match(texts[1]!, /contains\(self\.client_id_list, "aws:acme"\)/)
      assert.match(texts[2]!, /"aws_iam_role_policy_attachment" "esc_1"/)
      for (const text of texts) {
        const { error, status, stdout } = spawnSync('terraform', ['fmt', '-check', '-diff', '-'], {
          input: text,
          encoding: 'utf8',
        })
        if (error !== undefined) return context.skip('SKIPPED: terraform is not installed')
        assert.equal(status, 0, stdout)
      }
    })

    test('the shell script, run by a shell, makes in the sandbox what --apply would make', async () => {
      const run = async (more: string) => {
        const script = (await scene.esc(`aws setup acme/web/prod --format cli${more}`)).stdout
        for (const words of awsCommands(script, scene))
          await scene.stage.iam().send(iamCommand(words) as never)
      }
      await run(` --policy-arn ${readOnly}`)
      const again = (await apply(`--policy-arn ${readOnly} --output json`)).json<Report>()
      assert.deepEqual(again.done, [], 'nothing is left to do')
      await scene.stage.sandbox.reset()
      await makeProvider(['aws:other'])
      await run(' --existing-provider')
      assert.deepEqual(await clientIds(), ['aws:other', 'aws:acme'])
    })

    test('the AWS CLI itself takes the script', async (context) => {
      if (spawnSync('aws', ['--version'], { timeout: 30_000 }).status !== 0)
        return context.skip('SKIPPED: the AWS CLI is not installed')
      await makeProvider(['aws:other'])
      const script = (await scene.esc('aws setup acme/web/prod --format cli --existing-provider')).stdout
      const { accessKeyId, secretAccessKey } = scene.stage.sandbox.administrator
      const child = spawn('sh', ['-s'], {
        env: {
          PATH: process.env['PATH'],
          HOME: scene.folder,
          AWS_ACCESS_KEY_ID: accessKeyId,
          AWS_SECRET_ACCESS_KEY: secretAccessKey,
          AWS_DEFAULT_REGION: 'us-east-1',
          AWS_ENDPOINT_URL: scene.stage.url,
        },
      })
      let said = ''
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => void (said += String(chunk)))
      child.stdin.end(script)
      assert.equal(await new Promise((done) => child.once('close', done)), 0, said)
      assert.equal((await role()).RoleName, 'deployer')
    })

    test('TypeScript of the Pulumi and CDK formats is TypeScript, with every text in it quoted', async () => {
      const { transform } = await import('esbuild')
      for (const format of ['pulumi', 'cdk']) {
        for (const more of ['', ` --existing-provider --policy-arn ${readOnly}`]) {
          const { stdout } = await scene.esc(`aws setup acme/web/prod --format ${format}${more}`)
          const { warnings } = await transform(stdout, { loader: 'ts' })
          assert.deepEqual(warnings, [])
          for (const text of [`"${host}:sub": "${subject}"`, '"deployer"', '"aws:acme"'])
            assert.ok(stdout.includes(text), `${format}: ${text}`)
          if (more !== '')
            assert.match(stdout, /AddClientIDToOpenIDConnectProvider|does not register the audience/)
        }
      }
    })

    test('for a provider that exists, what a format cannot do is said with the command that does it', async () => {
      const command = `aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${providerArn} --client-id aws:acme`
      for (const format of ['cloudformation', 'terraform', 'pulumi']) {
        const { stdout, stderr } = await scene.esc(
          `aws setup acme/web/prod --existing-provider --format ${format}`,
        )
        assert.ok(stderr.includes(command), format)
        assert.ok(stdout.includes(command), format)
      }
      for (const format of ['cli', 'cdk']) {
        const { stderr } = await scene.esc(`aws setup acme/web/prod --existing-provider --format ${format}`)
        assert.equal(stderr, '', format)
      }
    })

    test("a role's path and a login's duration go into every format", async () => {
      const arn = `arn:aws:iam::${account}:role/ci/deep/deployer`
      await scene.define('web/path', loginDefinition(arn, '          duration: 2h\n'))
      for (const format of ['cloudformation', 'terraform', 'pulumi', 'cdk', 'cli']) {
        const { stdout } = await scene.esc(`aws setup acme/web/path --format ${format}`)
        assert.match(stdout, /["']\/ci\/deep\/["']/, format)
        assert.match(stdout, /7200/, format)
      }
    })

    test('a subject that names the person is told, since others are not let in by it', async () => {
      await scene.define(
        'web/person',
        loginDefinition(
          roleArn,
          '          subjectAttributes: [currentEnvironment.name, pulumi.user.login]\n',
        ),
      )
      const { code, stdout, stderr } = await scene.esc('aws setup acme/web/person')
      assert.equal(code, 0)
      const wanted =
        'pulumi:environments:pulumi.organization.login:acme:currentEnvironment.name:web/person:pulumi.user.login:ada'
      assert.ok(stdout.includes(`"${wanted}"`))
      assert.match(
        stderr,
        /the subject holds `pulumi\.user\.login` of whoever opens: this lets in \S+:ada, and nobody else/,
      )
    })

    test('what does not fit is refused', async () => {
      const cases: readonly (readonly [string, RegExp])[] = [
        ['--format toml', /invalid --format "toml": must be one of cloudformation, terraform/],
        ['--account 12', /--account: wanted the 12 digits of an AWS account, got "12"/],
        ['--role-name a/b', /--role-name: wanted 1 to 64 letters/],
        [
          '--policy-arn ReadOnlyAccess',
          /--policy-arn: wanted e\.g\. arn:aws:iam::aws:policy\/ReadOnlyAccess/,
        ],
        ['--new-provider --existing-provider', /only one of --new-provider and --existing-provider/],
        ['--yes', /--yes goes with --apply/],
        ['--apply --format cli', /only one of --format and --apply/],
      ]
      for (const [flags, said] of cases) {
        const { code, stdout, stderr } = await scene.esc(`aws setup acme/web/prod ${flags}`)
        assert.deepEqual([code, stdout], [1, ''], flags)
        assert.match(stderr, said)
      }
    })
  })

  describe('--apply', () => {
    test('an empty account gets provider and role, the answer is proved, and the environment opens', async () => {
      const { code, stdout } = await apply(`--policy-arn ${readOnly}`)
      assert.equal(code, 0, stdout)
      assert.match(stdout, /^plan for account 123456789012, as arn:aws:iam::123456789012:/)
      assert.match(stdout, /^ {2}\+ create identity provider arn:\S+: audience aws:acme$/m)
      assert.match(stdout, /^ {2}\+ create role arn:\S+: only pulumi:\S+ can become it/m)
      assert.match(
        stdout,
        /^ {2}\+ create policy arn:aws:iam::aws:policy\/ReadOnlyAccess: attached to deployer$/m,
      )
      assert.match(stdout, /^proved from what IAM answers: .* and no other subject of this issuer$/m)
      const opened = await scene.esc('open acme/web/prod')
      assert.match(opened.stdout, /ASIASANDBOX/)
      const { AttachedPolicies } = await scene.stage
        .iam()
        .send(new ListAttachedRolePoliciesCommand({ RoleName: 'deployer' }))
      assert.deepEqual(
        AttachedPolicies?.map(({ PolicyArn }) => PolicyArn),
        [readOnly],
      )
    })

    test('the second run finds nothing to do, asks nothing and proves again', async () => {
      await apply()
      const again = await scene.esc('aws setup acme/web/prod --apply')
      assert.equal(again.code, 0)
      assert.match(again.stdout, /^no changes$/m)
      assert.match(again.stdout, /^proved/m)
      assert.doesNotMatch(again.stdout, /^done/m)
    })

    test('a provider that exists keeps its audiences and gets this one', async () => {
      await makeProvider(['aws:other'])
      const report = (await apply('--output json')).json<Report>()
      assert.deepEqual(
        report.done.map(({ action, what }) => `${action} ${what}`),
        ['create audience', 'create role'],
      )
      assert.deepEqual(await clientIds(), ['aws:other', 'aws:acme'])
      assert.deepEqual([report.error, report.left, report.proof.effect], [null, [], 'allow'])
    })

    test('a trust policy that exists keeps its statements and gets one more; the plan shows the change and who gains', async () => {
      await scene.define('web/staging', 'values: {}\n')
      await makeProvider(['aws:acme'])
      const before = policyFor('pulumi:environments:org:acme:env:web/staging')
      await makeRole(before)
      const { code, stdout } = await apply()
      assert.equal(code, 0, stdout)
      assert.match(stdout, /^ {2}~ update trust policy arn:\S+: one statement is added$/m)
      assert.match(
        stdout,
        /^ {6}\+ .*"esc\.example\.com\/oidc:sub": "pulumi:environments:org:acme:env:web\/prod"$/m,
      )
      assert.match(stdout, /^ {6}\+ pulumi:environments:org:acme:env:web\/prod \(statement 2\)$/m)
      assert.doesNotMatch(stdout, /^ {6}- pulumi/m)
      assert.match(stdout, /^proved .*, it admits others too, for example .*web\/staging/m)
      const { policy } = await role()
      const { Statement } = policy as { Statement: object[] }
      assert.deepEqual(Statement[0], before.Statement)
      assert.equal(Statement.length, 2)
    })

    test('--replace-policy keeps nobody, and the plan says who loses the role', async () => {
      await scene.define('web/staging', 'values: {}\n')
      await makeProvider(['aws:acme'])
      await makeRole(policyFor('pulumi:environments:org:acme:env:web/staging'))
      const { code, stdout } = await apply('--replace-policy')
      assert.equal(code, 0, stdout)
      assert.match(stdout, /^ {6}- pulumi:environments:org:acme:env:web\/staging \(statement 1\)$/m)
      assert.match(stdout, /the new policy admits less, for example not/)
      assert.match(stdout, /^proved .* and no other subject/m)
      assert.match((await apply('--replace-policy')).stdout, /^no changes$/m)
    })

    test('what a role may do already is in the plan, since the environment gets it', async () => {
      const admin = 'arn:aws:iam::aws:policy/AdministratorAccess'
      await makeRole(policyFor('pulumi:environments:org:acme:env:web/staging'))
      await scene.stage.iam().send(new AttachRolePolicyCommand({ RoleName: 'deployer', PolicyArn: admin }))
      const { stdout } = await scene.esc('aws setup acme/web/prod --apply')
      assert.match(stdout, /^ {2}= keep policy arn:aws:iam::aws:policy\/AdministratorAccess: is attached$/m)
    })

    test('other principals of a role stay', async () => {
      const service = {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
      }
      await makeRole(service)
      assert.equal((await apply()).code, 0)
      const { policy } = await role()
      assert.deepEqual((policy as { Statement: object[] }).Statement[0], service.Statement)
    })

    test('a Deny that no statement more can outrank stops the plan; nothing is changed', async () => {
      await makeRole({
        Version: '2012-10-17',
        Statement: { Effect: 'Deny', Principal: '*', Action: 'sts:*' },
      }).catch(async () => {
        await makeRole({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Deny',
            Principal: { Federated: providerArn },
            Action: 'sts:AssumeRoleWithWebIdentity',
          },
        })
      })
      const { code, stderr } = await apply()
      assert.equal(code, 1)
      assert.match(
        stderr,
        /nothing is changed: the trust policy of .* would refuse even with one statement more: .*denies/,
      )
      await assert.rejects(clientIds())
      assert.equal((await apply('--replace-policy')).code, 0)
    })

    test('a longer session is set when the login asks for it, and never a shorter one', async () => {
      await scene.define('web/long', loginDefinition(roleArn, '          duration: 4h\n'))
      await scene.esc('aws setup acme/web/long --apply --yes')
      assert.equal((await role()).MaxSessionDuration, 14_400)
      const short = (await apply('--output json')).json<Report>()
      assert.deepEqual(
        short.done.map(({ what }) => what),
        ['trust policy'],
      )
      assert.equal((await role()).MaxSessionDuration, 14_400)
    })

    test('without a terminal and without --yes the plan is shown and nothing changed', async () => {
      const { code, stdout, stderr } = await scene.esc('aws setup acme/web/prod --apply')
      assert.equal(code, 1)
      assert.match(stdout, /^2 changes$/m)
      assert.match(stderr, /nothing is changed: there is no terminal to confirm 2 changes at; .*--yes/)
      await assert.rejects(role(), { name: 'NoSuchEntityException' })
    })

    test('at a terminal only the word `yes` makes the changes', async () => {
      const no = await scene.esc('aws setup acme/web/prod --apply', { terminal: true, stdin: 'y\n' })
      assert.equal(no.code, 1)
      assert.match(no.stderr, /nothing is changed: not confirmed/)
      await assert.rejects(role(), { name: 'NoSuchEntityException' })
      const yes = await scene.esc('aws setup acme/web/prod --apply', { terminal: true, stdin: 'yes\n' })
      assert.equal(yes.code, 0)
      assert.equal((await role()).RoleName, 'deployer')
    })

    test('a refusal half-way says what is done, what is not, and that the same command goes on', async () => {
      const bad = 'arn:aws:iam::aws:policy/Read!Only'
      const { code, stdout, stderr } = await apply(`--policy-arn ${bad} --policy-arn ${readOnly}`)
      assert.equal(code, 1)
      assert.match(stdout, /^done: create identity provider .*\ndone: create role /m)
      assert.match(
        stderr,
        /^not done: create policy \S+Read!Only.*\nnot done: create policy \S+ReadOnlyAccess/m,
      )
      assert.match(
        stderr,
        /iam:AttachRolePolicy: InvalidInput: .* 2 of 4 steps are done and stay; the same command goes on from there/,
      )
      const again = await apply(`--policy-arn ${bad} --output json`)
      const report = again.json<Report>()
      assert.deepEqual([again.code, report.done.length, report.left.length], [1, 0, 1])
      assert.match(report.error ?? '', /InvalidInput/)
      const mended = (await apply(`--policy-arn ${readOnly} --output json`)).json<Report>()
      assert.deepEqual(
        mended.done.map(({ what }) => what),
        ['policy'],
      )
    })

    test('credentials of another account are refused before anything is read', async () => {
      await scene.define('web/other', loginDefinition('arn:aws:iam::999999999999:role/deployer'))
      const { code, stderr } = await scene.esc('aws setup acme/web/other --apply --yes')
      assert.equal(code, 1)
      assert.match(
        stderr,
        /the role is of account 999999999999, the AWS credentials are of account 123456789012/,
      )
    })

    test('--existing-provider without a provider is refused', async () => {
      const { code, stderr } = await apply('--existing-provider')
      assert.equal(code, 1)
      assert.match(
        stderr,
        /nothing is changed: account 123456789012 has no identity provider .* leave --existing-provider out/,
      )
    })

    test('the account is that of the credentials when the definition has no login', async () => {
      await scene.define('web/plain', 'values: {a: 1}\n')
      const { code, stdout } = await scene.esc('aws setup acme/web/plain --role-name plain --apply --yes')
      assert.equal(code, 0, stdout)
      assert.match(stdout, /admits pulumi:environments:org:acme:env:web\/plain through/)
    })

    test('the login of an import is set up for the environment that opens it; of several, one is chosen', async () => {
      await scene.define('cloud/aws', loginDefinition(roleArn))
      await scene.define('app/prod', 'imports: [cloud/aws]\nvalues: {}\n')
      const one = await scene.esc('aws setup acme/app/prod --apply --yes')
      assert.match(one.stdout, /role\/deployer admits pulumi:environments:org:acme:env:app\/prod through/)
      await scene.define(
        'app/two',
        `imports: [cloud/aws]\n${loginDefinition(`arn:aws:iam::${account}:role/own`)}`,
      )
      const two = await scene.esc('aws setup acme/app/two')
      assert.equal(two.code, 1)
      assert.match(
        two.stderr,
        /there are 2 logins: aws\.login of cloud\/aws \(arn\S+\), aws\.login \(arn\S+\/own\); choose one with --login/,
      )
      const chosen = await scene.esc(['aws', 'setup', 'acme/app/two', '--login', 'aws.login of cloud/aws'])
      assert.match(chosen.stdout, /"RoleName": "deployer"/)
    })
  })
})

/** What a shell makes of a script: the words of each command of `aws`. */
function awsCommands(script: string, scene: Scene): readonly (readonly string[])[] {
  const bin = join(scene.folder, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'aws'), '#!/bin/sh\nprintf "%s\\0" "$@"\nprintf "\\n\\0"\n')
  chmodSync(join(bin, 'aws'), 0o755)
  const { status, stdout, stderr } = spawnSync('sh', ['-s'], {
    input: script,
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env['PATH']}` },
  })
  assert.deepEqual([status, stderr], [0, ''])
  return stdout
    .split('\n\0')
    .filter((words) => words !== '')
    .map((words) => words.split('\0').slice(0, -1))
}

/** The SDK's command for one of the AWS CLI; a flag that it does not know fails the test. */
function iamCommand([service, action = '', ...flags]: readonly string[]): object {
  assert.equal(service, 'iam')
  const given = new Map(
    flags.flatMap((flag, index) => (index % 2 === 0 ? [[flag, flags[index + 1] ?? '']] : [])) as [
      string,
      string,
    ][],
  )
  const take = (flag: string) => {
    const value = given.get(flag)
    assert.ok(value !== undefined, `${action} has ${flag}`)
    given.delete(flag)
    return value
  }
  const made: Readonly<Record<string, () => object>> = {
    'create-open-id-connect-provider': () =>
      new CreateOpenIDConnectProviderCommand({
        Url: take('--url'),
        ClientIDList: [take('--client-id-list')],
      }),
    'add-client-id-to-open-id-connect-provider': () =>
      new AddClientIDToOpenIDConnectProviderCommand({
        OpenIDConnectProviderArn: take('--open-id-connect-provider-arn'),
        ClientID: take('--client-id'),
      }),
    'create-role': () =>
      new CreateRoleCommand({
        RoleName: take('--role-name'),
        MaxSessionDuration: Number(take('--max-session-duration')),
        AssumeRolePolicyDocument: take('--assume-role-policy-document'),
      }),
    'attach-role-policy': () =>
      new AttachRolePolicyCommand({ RoleName: take('--role-name'), PolicyArn: take('--policy-arn') }),
  }
  const command = made[action]?.() ?? assert.fail(`no command ${action}`)
  assert.deepEqual([...given.keys()], [], `${action} has no other flags`)
  return command
}
