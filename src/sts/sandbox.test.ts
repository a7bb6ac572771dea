import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { CreateRoleCommand, GetRoleCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { AppError } from '../diag/index.ts'
import {
  banner,
  createSandbox,
  neighbours,
  requireStartable,
  type SandboxSettings,
  startProblems,
} from './index.ts'
import { sandboxOptions } from './options.ts'
import { startStage, trustPolicy } from './stage.test.ts'

const settings: SandboxSettings = {
  now: () => Date.parse('2026-01-01T00:00:00Z'),
  fetch: async () => {
    throw new TypeError('fetch failed')
  },
  random: (size) => randomBytes(size),
}
const trustsAdministrator = JSON.stringify({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::123456789012:root' },
    Action: 'sts:AssumeRole',
  },
})

function memoryFile(): {
  text: string | null
  load(): Promise<string | null>
  save(text: string): Promise<void>
} {
  return {
    text: null,
    async load() {
      return this.text
    },
    async save(text) {
      this.text = text
    },
  }
}

describe('sandbox', () => {
  test('a call without an action is told what to do', async () => {
    const sandbox = createSandbox(settings)
    const response = await sandbox.fetch(new Request('http://127.0.0.1:3721/'))
    assert.equal(response.status, 400)
    assert.match(await response.text(), /<Code>MissingAction<\/Code>/)
    assert.equal(response.headers.get('date'), 'Thu, 01 Jan 2026 00:00:00 GMT')
    assert.match(sandbox.decisions()[0]?.suggestion ?? '', /AWS SDK/)
  })

  for (const [query, text] of [
    ['Action=ListUsers&Version=2010-05-08', 'Could not find operation ListUsers for version 2010-05-08'],
    [
      'Action=GetCallerIdentity&Version=2010-05-08',
      'Could not find operation GetCallerIdentity for version 2010-05-08',
    ],
    ['Action=GetRole&Version=2011-06-15', 'Could not find operation GetRole for version 2011-06-15'],
    ['Action=GetRole', 'Could not find operation GetRole for version NO_VERSION_SPECIFIED'],
    ['Action=constructor&Version=__proto__', 'Could not find operation constructor for version __proto__'],
  ] as const) {
    test(`${query} is no operation`, async () => {
      const response = await createSandbox(settings).fetch(new Request(`http://127.0.0.1/?${query}`))
      assert.equal(response.status, 400)
      const body = await response.text()
      assert.match(body, /<Code>InvalidAction<\/Code>/)
      assert.ok(body.includes(`<Message>${text}</Message>`))
    })
  }

  test('a body over 256 KiB is not read', async () => {
    const body = new Uint8Array(256 * 1024 + 1)
    const request = new Request('http://127.0.0.1/', { method: 'POST', body })
    assert.equal((await createSandbox(settings).fetch(request)).status, 413)
  })

  test('only loopback names and allowed names reach the sandbox', async () => {
    const ask = async (host: string, over: Partial<SandboxSettings> = {}) => {
      const sandbox = createSandbox({ ...settings, ...over })
      const request = new Request('http://x/_sandbox/health', { headers: { host } })
      return (await sandbox.fetch(request)).status
    }
    for (const host of ['127.0.0.1:3721', 'localhost', '[::1]:3721', 'a.localhost'])
      assert.equal(await ask(host), 200)
    for (const host of ['evil.example.com', '127.0.0.1.example.com', '192.168.1.5:3721', '']) {
      assert.equal(await ask(host), 421)
    }
    assert.equal(await ask('sandbox:3721', { hosts: ['sandbox'] }), 200)
    assert.equal(await ask('evil.example.com', { allowRemote: true }), 200)
  })

  test('a page of another origin cannot reset the sandbox', async () => {
    const sandbox = createSandbox(settings)
    const reset = (origin: string) =>
      sandbox.fetch(
        new Request('http://127.0.0.1:3721/_sandbox/reset', { method: 'POST', headers: { origin } }),
      )
    assert.equal((await reset('https://evil.example.com')).status, 403)
    assert.equal((await reset('null')).status, 403)
    assert.equal((await reset('http://127.0.0.1:3721')).status, 200)
  })

  test('a reset forgets roles and decisions', async () => {
    const stage = await startStage()
    const create = new CreateRoleCommand({
      RoleName: 'a',
      AssumeRolePolicyDocument: trustPolicy('https://a.example'),
    })
    await stage.iam().send(create)
    await assert.rejects(stage.iam().send(new GetRoleCommand({ RoleName: 'b' })))
    assert.equal(stage.sandbox.decisions().length, 1)
    assert.equal((await fetch(`${stage.url}/_sandbox/reset`, { method: 'POST' })).status, 200)
    assert.equal(stage.sandbox.decisions().length, 0)
    await assert.rejects(stage.iam().send(new GetRoleCommand({ RoleName: 'a' })), {
      name: 'NoSuchEntityException',
    })
    assert.equal((await fetch(`${stage.url}/_sandbox/reset`)).status, 404)
    await stage.close()
  })

  test('a state file keeps roles and the key of session tokens between runs', async () => {
    const file = memoryFile()
    const before = await startStage({ state: file })
    await before
      .iam()
      .send(new CreateRoleCommand({ RoleName: 'a', AssumeRolePolicyDocument: trustsAdministrator }))
    const { Credentials } = await before
      .sts()
      .send(new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::123456789012:role/a', RoleSessionName: 'one' }))
    await before.close()
    assert.match(file.text ?? '', /nothing in here is known to AWS/)
    assert.ok(!file.text?.includes(Credentials?.SecretAccessKey ?? ''))
    const after = await startStage({ state: file })
    const client = after.sts({
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    })
    const who = await client.send(new GetCallerIdentityCommand({}))
    assert.equal(who.Arn, 'arn:aws:sts::123456789012:assumed-role/a/one')
    await after.iam().send(new GetRoleCommand({ RoleName: 'a' }))
    await after.close()
  })

  for (const text of ['{', '[]', 'null', '{"format":"other"}', '{"format":"openesc-aws-sandbox-1"}']) {
    test(`the state file \`${text}\` is refused with a next step`, async () => {
      const state = { load: async () => text, save: async () => {} }
      await assert.rejects(
        createSandbox({ ...settings, state }).ready(),
        /state file .*; delete it to start empty/,
      )
    })
  }

  test('a state that cannot be saved fails the call, and says why in the decision only', async () => {
    const state = {
      load: async () => null,
      save: async () => {
        throw new Error('disk full')
      },
    }
    const stage = await startStage({ state })
    const create = new CreateRoleCommand({ RoleName: 'a', AssumeRolePolicyDocument: trustsAdministrator })
    await assert.rejects(stage.iam().send(create), {
      name: /^InternalFailure/,
      message: /^The request processing/,
    })
    assert.match(stage.sandbox.decisions()[0]?.reason ?? '', /disk full/)
    await assert.rejects(stage.iam().send(new GetRoleCommand({ RoleName: 'a' })), {
      name: 'NoSuchEntityException',
    })
    await stage.close()
  })

  test('the request log and the decisions hold neither secrets nor tokens', async () => {
    const stage = await startStage()
    await stage
      .iam()
      .send(new CreateRoleCommand({ RoleName: 'a', AssumeRolePolicyDocument: trustsAdministrator }))
    const { Credentials } = await stage
      .sts()
      .send(new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::123456789012:role/a', RoleSessionName: 'one' }))
    const forged = { accessKeyId: 'ASIASANDBOXAAAAAAAAA', secretAccessKey: 'x'.repeat(40) }
    const sessionToken = `${Credentials?.SessionToken?.slice(0, -8)}AAAAAAAA`
    await assert.rejects(stage.sts({ ...forged, sessionToken }).send(new GetCallerIdentityCommand({})))
    const kept = JSON.stringify([stage.lines, stage.sandbox.decisions()])
    for (const secret of [Credentials?.SecretAccessKey, Credentials?.SessionToken, sessionToken]) {
      assert.ok(secret && !kept.includes(secret) && !kept.includes(secret.slice(0, 60)))
    }
    assert.ok(!kept.includes(stage.sandbox.administrator.secretAccessKey))
    assert.deepEqual(
      stage.lines.map(({ action, status, code }) => [action, status, code]),
      [
        ['CreateRole', 200, null],
        ['AssumeRole', 200, null],
        ['GetCallerIdentity', 403, 'InvalidClientTokenId'],
      ],
    )
    await stage.close()
  })

  test('the region decides the partition of ARNs, and for which regions a call may be signed', async () => {
    const stage = await startStage({ region: 'cn-north-1' })
    try {
      const who = await stage.sts().send(new GetCallerIdentityCommand({}))
      assert.equal(who.Arn, 'arn:aws-cn:iam::123456789012:user/sandbox-administrator')
      const { accessKeyId, secretAccessKey } = stage.sandbox.administrator
      const elsewhere = new STSClient({
        endpoint: stage.url,
        region: 'eu-west-1',
        credentials: { accessKeyId, secretAccessKey },
        maxAttempts: 1,
      })
      await assert.rejects(elsewhere.send(new GetCallerIdentityCommand({})), {
        name: 'SignatureDoesNotMatch',
        message: 'Credential should be scoped to a valid region.',
      })
      elsewhere.destroy()
    } finally {
      await stage.close()
    }
  })

  test('the decision log keeps only so many', async () => {
    const sandbox = createSandbox({ ...settings, decisionLimit: 2 })
    for (const action of ['A', 'B', 'C'])
      await sandbox.fetch(new Request(`http://127.0.0.1/?Action=${action}`))
    assert.deepEqual(
      sandbox.decisions().map((entry) => entry.action),
      ['C', 'B'],
    )
  })
})

describe('S-40 the sandbox stays a sandbox', () => {
  test('production mode refuses it', () => {
    assert.throws(
      () => createSandbox({ ...settings, production: true }),
      (error: unknown) => {
        assert.ok(error instanceof AppError)
        assert.equal(error.code, 'SANDBOX_NOT_ALLOWED')
        assert.match(error.message, /^sandbox_not_allowed_in_production: .*production/)
        return true
      },
    )
  })

  for (const over of [
    { account: '1' },
    { account: '12345678901x' },
    { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
  ]) {
    test(`${JSON.stringify(over)} is refused`, () => {
      assert.throws(() => createSandbox({ ...settings, ...over }), AppError)
    })
  }

  test('every mix of settings is either a sandbox on this machine or refused, naming each setting', () => {
    const local = { production: [false, true], host: ['127.0.0.1', '0.0.0.0'], allowRemote: [false, true] }
    const databases = [
      undefined,
      'openesc.db',
      'postgres://localhost/openesc',
      'postgres://db.example.com/openesc',
    ]
    const issuers = [undefined, 'http://localhost:3720/oidc', 'https://login.example.com']
    let starts = 0
    for (const production of local.production)
      for (const host of local.host)
        for (const allowRemote of local.allowRemote)
          for (const database of databases)
            for (const issuer of issuers) {
              const wanted = [
                production ? ['production'] : [],
                host === '0.0.0.0' && !allowRemote ? ['host'] : [],
                database?.includes('example.com') ? ['database'] : [],
                issuer?.startsWith('https') ? ['issuer'] : [],
              ].flat()
              const problems = startProblems({ production, host, allowRemote, database, issuer })
              assert.deepEqual(
                problems.map(({ setting }) => setting),
                wanted,
              )
              assert.ok(problems.every(({ fix }) => fix.length > 0))
              if (problems.length === 0) starts++
            }
    assert.equal(starts, 18)
  })

  test('what the variables of a server beside it say counts, each of 24 mixes', () => {
    const modes = [{}, { NODE_ENV: 'production' }, { OPENESC_PRODUCTION: 'true' }] as const
    const databases = [
      '',
      'postgres://127.0.0.1/x',
      'postgres://db.example.com/x',
      'postgres:///x?host=db.example.com',
    ]
    const issuers = ['', 'https://login.example.com']
    for (const mode of modes)
      for (const OPENESC_DATABASE of databases)
        for (const OPENESC_ISSUER_BASE_URL of issuers) {
          const beside = neighbours({ ...mode, OPENESC_DATABASE, OPENESC_ISSUER_BASE_URL })
          const wanted = [
            Object.keys(mode).length > 0 ? ['production'] : [],
            OPENESC_DATABASE.includes('example.com') ? ['database'] : [],
            OPENESC_ISSUER_BASE_URL === '' ? [] : ['issuer'],
          ].flat()
          const problems = startProblems({ host: '127.0.0.1', ...beside })
          assert.deepEqual(
            problems.map(({ setting }) => setting),
            wanted,
          )
          if (wanted.length === 0) continue
          assert.throws(
            () => requireStartable({ host: '127.0.0.1', ...beside }),
            (error: unknown) =>
              error instanceof AppError && wanted.every((setting) => error.message.includes(`${setting}: `)),
          )
        }
    for (const list of ['postgres://localhost,db.example.com/x', 'postgres://[bad/x'])
      assert.equal(startProblems({ host: '127.0.0.1', database: list })[0]?.setting, 'database')
  })

  test('the banner says sandbox first and how to use it', () => {
    const text = banner({ url: 'http://127.0.0.1:3721', account: '123456789012', region: 'us-east-1' })
    assert.match(text, /^AWS SANDBOX: not AWS/)
    assert.match(text, /AWS_ENDPOINT_URL_STS=http:\/\/127\.0\.0\.1:3721\n/)
    const own = banner({ url: 'http://x', account: '123456789012', region: 'r', secretAccessKey: 'mine' })
    assert.ok(!own.includes('mine'))
  })

  test('options have unique names and flags, and help for all', () => {
    assert.equal(new Set(sandboxOptions.map(({ name }) => name)).size, sandboxOptions.length)
    assert.equal(new Set(sandboxOptions.map(({ flag }) => flag)).size, sandboxOptions.length)
    for (const { flag, help } of sandboxOptions) {
      assert.match(flag, /^--[a-z][a-z-]+$/)
      assert.ok(help.length > 10)
    }
    assert.equal(sandboxOptions.find(({ name }) => name === 'host')?.default, '127.0.0.1')
    assert.equal(sandboxOptions.find(({ name }) => name === 'port')?.default, 3721)
  })
})
