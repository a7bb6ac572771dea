import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand } from '@aws-sdk/client-iam'
import { type Stage, startStage } from '../../src/sts/stage.test.ts'
import { freePort, type Running, runEsc, startEsc } from '../../tools/demo/process.ts'
import { cleanEnvironment } from '../../tools/demo/servers.ts'
import { account, loginDefinition } from './scene.ts'

const roleArn = `arn:aws:iam::${account}:role/deployer`

interface Policy {
  readonly sub?: string
  readonly aud?: string
  readonly action?: string
}

// The server knows of no sandbox: AWS's own variables lead its SDK there, so nothing but IAM can explain.
for (const reads of [true, false]) {
  describe(`a server ${reads ? 'with' : 'without'} --read-role-policies, and real processes`, () => {
    let stage: Stage
    let server: Running
    let env: NodeJS.ProcessEnv
    let folder: string
    let issuer: string

    before(async () => {
      stage = await startStage()
      folder = mkdtempSync(join(tmpdir(), 'openesc-refusal-'))
      const { accessKeyId, secretAccessKey } = stage.sandbox.administrator
      const aws = {
        ...cleanEnvironment(folder),
        AWS_ENDPOINT_URL: stage.url,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      }
      const port = await freePort()
      const url = `http://127.0.0.1:${port}`
      issuer = `${url}/oidc`
      server = await startEsc(
        [
          ...['server', 'start', '--port', String(port), '--data', join(folder, 'data')],
          ...['--organization', 'acme', '--user', 'ada', '--token-file', join(folder, 'token')],
          ...(reads ? ['--read-role-policies'] : []),
        ],
        aws,
        `${url}/healthz`,
        { log: join(folder, 'log'), detached: false },
      )
      env = {
        ...aws,
        PULUMI_ACCESS_TOKEN: readFileSync(join(folder, 'token'), 'utf8').trim(),
        PULUMI_BACKEND_URL: url,
      }
      await esc('env', 'init', 'acme/web/dev')
      const made = await runEsc(
        ['env', 'edit', 'acme/web/dev', '--file', '-'],
        env,
        loginDefinition(roleArn, '          duration: 1h\n'),
      )
      assert.equal(made.code, 0, made.stderr)
    })
    beforeEach(async () => await stage.sandbox.reset())
    after(async () => {
      await server.stop()
      await stage.close()
      rmSync(folder, { recursive: true, force: true })
    })

    const esc = async (...args: readonly string[]) => await runEsc(args, env)
    const host = () => issuer.replace('http://', '')
    const subject = 'pulumi:environments:org:acme:env:web/dev'
    const setUp = async ({
      sub = subject,
      aud = 'aws:acme',
      action = 'sts:AssumeRoleWithWebIdentity',
    }: Policy) => {
      const iam = stage.iam()
      const Federated = `arn:aws:iam::${account}:oidc-provider/${host()}`
      const Condition = { StringEquals: { [`${host()}:aud`]: aud, [`${host()}:sub`]: sub } }
      await iam.send(new CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: ['aws:acme'] }))
      await iam.send(
        new CreateRoleCommand({
          RoleName: 'deployer',
          AssumeRolePolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: { Federated }, Action: action, Condition }],
          }),
        }),
      )
    }

    if (reads) {
      test('the refusal carries what the policy wanted and got, and the change, read through IAM', async () => {
        await setUp({ sub: subject.replace('web/dev', 'web/prod') })
        const { stderr } = await esc('open', 'acme/web/dev')
        assert.match(stderr, /said: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity/)
        assert.match(stderr, /NO {3}StringEquals \S+:sub/)
        assert.match(stderr, /wanted `pulumi:environments:org:acme:env:web\/prod`/)
        assert.match(stderr, /try: in statement 1 add `pulumi:environments:org:acme:env:web\/dev`/)
        assert.doesNotMatch(stderr, /likeliest causes/)
      })

      test('a role that does not exist is named as that', async () => {
        await stage
          .iam()
          .send(new CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: ['aws:acme'] }))
        const { stderr } = await esc('open', 'acme/web/dev')
        assert.match(stderr, /why:\n +account 123456789012 has no role named deployer\n +try: make the role/)
      })
      return
    }

    test('five causes, and the command among them tells each from the others', async () => {
      const outcomes: readonly (readonly [Policy | null, number, RegExp])[] = [
        [{ sub: `${subject}2` }, 3, /NO {3}StringEquals \S+:sub:/],
        [{ aud: 'aws:other' }, 3, /NO {3}StringEquals \S+:aud:/],
        [null, 1, /account 123456789012 has no role named deployer/],
        [{ action: 'sts:AssumeRole' }, 3, /NO {3}action:/],
        [{}, 0, /^allowed/m],
      ]
      let command: readonly string[] = []
      for (const [policy, code, said] of outcomes) {
        await stage.sandbox.reset()
        if (policy === null) {
          await stage
            .iam()
            .send(new CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: ['aws:acme'] }))
        } else await setUp(policy)
        if (command.length === 0) {
          const { stderr } = await esc('open', 'acme/web/dev')
          assert.match(stderr, /likeliest causes, in order/)
          command = /^ +esc (aws trust check .+)$/m.exec(stderr)?.[1]?.split(' ') ?? []
        }
        const told = await esc(...command)
        assert.equal(told.code, code, told.stdout + told.stderr)
        assert.match(told.stdout + told.stderr, said)
      }
    })
  })
}
