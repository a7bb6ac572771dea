import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
} from '@aws-sdk/client-iam'
import { lint } from '../../src/trust/index.ts'
import { account, baseUrl, loginDefinition, type Scene, startScene } from './scene.ts'

const host = 'esc.example.com/oidc'
const github = 'token.actions.githubusercontent.com'
const subjectOf = (name: string) => `pulumi:environments:org:acme:env:${name}`

const policyOf = (issuer: string, condition: object) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: condition,
    },
  ],
})
const ours = (sub: string, operator = 'StringEquals') =>
  policyOf(host, { StringEquals: { [`${host}:aud`]: 'aws:acme' }, [operator]: { [`${host}:sub`]: sub } })
const exactly = (sub: string) =>
  policyOf(host, { StringEquals: { [`${host}:aud`]: 'aws:acme', [`${host}:sub`]: sub } })

interface Finding {
  readonly id: string
  readonly severity: string
  readonly witness?: { readonly claims: object } | null
}

describe('the trust commands over a real server', () => {
  let scene: Scene
  before(async () => {
    scene = await startScene()
    for (const name of ['web/prod', 'web/dev', 'shop/prod'])
      await scene.define(name, loginDefinition(`arn:aws:iam::${account}:role/deployer`))
    scene.write('prod.json', exactly(subjectOf('web/prod')))
    scene.write('web.json', ours(subjectOf('web/*'), 'StringLike'))
    scene.write('open.json', policyOf(github, { StringLike: { [`${github}:sub`]: '*' } }))
  })
  after(async () => await scene.close())

  describe('lint', () => {
    test('a hole is found with a token that goes through it, and a fixed policy has none', async () => {
      const { code, stdout } = await scene.esc('aws trust lint prod.json open.json --output json')
      assert.equal(code, 3)
      const [clean, holes] = JSON.parse(stdout) as { file: string; findings: Finding[] }[]
      assert.deepEqual(clean, { file: 'prod.json', findings: [] })
      const critical = holes?.findings.filter(({ severity }) => severity === 'critical') ?? []
      assert.ok(critical.length > 0)
      assert.ok(critical.some(({ witness }) => witness !== undefined && witness !== null))
      const text = await scene.esc('aws trust lint open.json')
      assert.match(text.stdout, /^open\.json:\d+:\d+ critical AWS\d{3}: /m)
      assert.equal((await scene.esc('aws trust lint prod.json')).code, 0)
    })

    test('SARIF is one log of version 2.1.0 with a run and places for each file', async () => {
      const { code, stdout } = await scene.esc('aws trust lint --format sarif prod.json open.json')
      assert.equal(code, 3)
      const log = JSON.parse(stdout) as {
        version: string
        runs: {
          tool: { driver: { name: string; rules: { id: string }[] } }
          results: {
            ruleId: string
            locations: {
              physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } }
            }[]
          }[]
        }[]
      }
      assert.equal(log.version, '2.1.0')
      const results = log.runs.flatMap(({ results: found, tool }) => {
        const known = new Set(tool.driver.rules.map(({ id }) => id))
        assert.ok(found.every(({ ruleId }) => known.has(ruleId)))
        return found
      })
      assert.ok(results.length > 0)
      for (const { locations } of results) {
        const { artifactLocation, region } = locations[0]!.physicalLocation
        assert.equal(artifactLocation.uri, 'open.json')
        assert.ok(region.startLine >= 1)
      }
    })

    test('--fix writes what is safe back and admits nobody new', async () => {
      const like = { [`${host}:aud`]: 'aws:acme', [`${host}:sub`]: subjectOf('web/prod') }
      scene.write('fix.json', policyOf(host, { StringLike: like }))
      const before = lint(scene.read('fix.json')).map(({ id }) => id)
      assert.deepEqual(new Set(before), new Set(['AWS044']))
      const fixed = await scene.esc('aws trust lint --fix fix.json')
      assert.deepEqual(
        [fixed.code, fixed.stdout, fixed.stderr],
        [0, 'fix.json: no findings\n', 'fixed fix.json: proved to admit nobody more\n'],
      )
      assert.equal((await scene.esc('aws trust diff prod.json fix.json')).code, 0)
      const again = await scene.esc('aws trust lint --fix fix.json')
      assert.equal(again.stderr, '', 'a second run has nothing to write')
    })

    test('--fail-on leaves what is milder in the text and out of the exit code', async () => {
      scene.write('like.json', ours(subjectOf('web/prod'), 'StringLike'))
      assert.equal((await scene.esc('aws trust lint like.json')).code, 3)
      const lax = await scene.esc('aws trust lint like.json --fail-on medium')
      assert.equal(lax.code, 0)
      assert.match(lax.stdout, /AWS044/)
      assert.match(
        (await scene.esc('aws trust lint like.json --fail-on none')).stderr,
        /must be one of critical, high/,
      )
      assert.equal((await scene.esc('aws trust lint nowhere.json')).code, 1)
    })

    test('what the role has besides its trust policy is looked at when it is given', async () => {
      const { stdout, code } = await scene.esc(
        'aws trust lint prod.json --attached-policy arn:aws:iam::aws:policy/AdministratorAccess --output json',
      )
      assert.equal(code, 3)
      assert.match(stdout, /AWS024/)
    })
  })

  describe('reach and roles', () => {
    test('reach lists exactly the environments of the server that the policy admits', async () => {
      const one = (await scene.esc('aws trust reach prod.json --output json')).json<{
        admitted: { subject: string }[]
        open: { isOpen: boolean }
      }>()
      assert.deepEqual(
        [one.admitted.map(({ subject }) => subject), one.open.isOpen],
        [[subjectOf('web/prod')], false],
      )
      const wide = await scene.esc('aws trust reach web.json')
      assert.equal(wide.code, 0)
      assert.match(wide.stdout, /^web\.json: 2 can become this role$/m)
      assert.match(wide.stdout, /and names that do not exist yet, for example/)
      assert.doesNotMatch(wide.stdout, /shop/)
    })

    test('reach agrees with trust check for every environment of the server', async () => {
      const admitted = (await scene.esc('aws trust reach web.json --output json'))
        .json<{ admitted: { subject: string }[] }>()
        .admitted.map(({ subject }) => subject)
      for (const name of ['web/prod', 'web/dev', 'shop/prod']) {
        const { code } = await scene.esc(`aws trust check acme/${name} --role-policy web.json`)
        assert.equal(code, admitted.includes(subjectOf(name)) ? 0 : 3, name)
      }
    })

    test('roles is the reverse, over files and a directory', async () => {
      const { stdout, code } = await scene.esc('aws trust roles acme/web/dev prod.json web.json')
      assert.equal(code, 0)
      assert.match(stdout, /^web\/dev can become\n {2}web\.json\n/)
      const none = await scene.esc('aws trust roles acme/shop/prod prod.json web.json --output json')
      assert.deepEqual(none.json(), { environment: 'shop/prod', roles: [] })
      assert.match(
        (await scene.esc('aws trust roles acme/web/dev')).stderr,
        /no policies: give files, or a directory/,
      )
      assert.match(
        (await scene.esc('aws trust roles acme/web/dev --policies nope')).stderr,
        /no directory nope/,
      )
    })
  })

  describe('prove and diff', () => {
    test('a proof, and a counter-example that trust check takes for a token that gets in', async () => {
      const never = ['--never', subjectOf('web/dev')]
      const proved = await scene.esc(['aws', 'trust', 'prove', 'prod.json', ...never])
      assert.equal(proved.code, 0)
      assert.match(proved.stdout, /proved/)
      const refuted = await scene.esc(['aws', 'trust', 'prove', 'web.json', ...never, '--output', 'json'])
      assert.equal(refuted.code, 3)
      const { proofs } = refuted.json<{ proofs: { issuer: string; claims: object }[] }>()
      scene.write('witness.json', { iss: proofs[0]?.issuer, ...proofs[0]?.claims })
      assert.equal((await scene.esc('aws trust check --role-policy web.json --claims witness.json')).code, 0)
      assert.equal((await scene.esc('aws trust check --role-policy prod.json --claims witness.json')).code, 3)
    })

    test('a condition on the audience does something until the audiences of the provider are known', async () => {
      assert.equal((await scene.esc('aws trust prove prod.json')).code, 0)
      const known = await scene.esc('aws trust prove prod.json --client-id aws:acme')
      assert.equal(known.code, 3)
      assert.match(known.stdout, /every token meets StringEquals esc\.example\.com\/oidc:aud/)
      scene.write('dead.json', exactly('pulumi:environments:org:acme:env:web/prod*'))
      assert.equal((await scene.esc('aws trust prove dead.json')).code, 3, 'a literal star is in no subject')
    })

    test('a change that admits more ends with 3, one that admits less or nothing new with 0', async () => {
      assert.equal((await scene.esc('aws trust diff prod.json web.json')).code, 3)
      assert.equal((await scene.esc('aws trust diff web.json prod.json')).code, 0)
      assert.equal((await scene.esc('aws trust diff web.json web.json')).code, 0)
      const gained = (await scene.esc('aws trust diff prod.json web.json --output json')).json()
      assert.equal(typeof gained['widened'], 'string')
      assert.equal((await scene.esc('aws trust diff prod.json nowhere.json')).code, 1)
    })

    test('a prediction of trust check is what STS answers, over policies of many forms', async () => {
      const forms: readonly object[] = [
        exactly(subjectOf('web/prod')),
        exactly(subjectOf('web/dev')),
        ours(subjectOf('web/*'), 'StringLike'),
        ours(subjectOf('web/*'), 'StringEquals'),
        ours(subjectOf('web/pro?'), 'StringLike'),
        ours(subjectOf('WEB/PROD'), 'StringEqualsIgnoreCase'),
        ours(subjectOf('web/dev'), 'StringNotEquals'),
        policyOf(host, { StringEquals: { [`${host}:aud`]: 'aws:other' } }),
        policyOf(host, { Null: { [`${host}:email`]: 'true' } }),
        policyOf('other.example.com', { StringEquals: { [`${host}:sub`]: subjectOf('web/prod') } }),
      ]
      for (const [index, policy] of forms.entries()) {
        await scene.stage.sandbox.reset()
        const iam = scene.stage.iam()
        await iam.send(
          new CreateOpenIDConnectProviderCommand({ Url: `${baseUrl}/oidc`, ClientIDList: ['aws:acme'] }),
        )
        await iam.send(
          new CreateRoleCommand({ RoleName: 'deployer', AssumeRolePolicyDocument: JSON.stringify(policy) }),
        )
        const { code } = await scene.esc('aws trust check acme/web/prod')
        const { stdout } = await scene.esc('open acme/web/prod')
        assert.equal(/ASIASANDBOX/.test(stdout), code === 0, `form ${index}`)
      }
    })
  })

  describe('a role by its ARN', () => {
    const roleArn = `arn:aws:iam::${account}:role/wide`
    const make = async (clientIds: readonly string[] | null, seconds = 3600) => {
      await scene.stage.sandbox.reset()
      const iam = scene.stage.iam()
      if (clientIds !== null)
        await iam.send(
          new CreateOpenIDConnectProviderCommand({ Url: `${baseUrl}/oidc`, ClientIDList: [...clientIds] }),
        )
      const policy = policyOf(host, { StringLike: { [`${host}:sub`]: subjectOf('web/*') } })
      await iam.send(
        new CreateRoleCommand({
          RoleName: 'wide',
          MaxSessionDuration: seconds,
          AssumeRolePolicyDocument: JSON.stringify(policy),
        }),
      )
    }

    test('is read through IAM by reach, roles, prove, diff and lint, with the audiences of its provider', async () => {
      await make(['aws:acme'])
      const reach = await scene.esc(`aws trust reach ${roleArn}`)
      assert.match(
        reach.stdout,
        /role\/wide: 2 can become this role/,
        'no audience is pinned: the provider tells',
      )
      assert.match((await scene.esc(`aws trust roles acme/web/dev ${roleArn}`)).stdout, /role\/wide/)
      const proved = await scene.esc(['aws', 'trust', 'prove', roleArn, '--never', '*:env:shop/*'])
      assert.equal(proved.code, 0, proved.stderr)
      const narrower = await scene.esc(`aws trust diff ${roleArn} prod.json`)
      assert.equal(narrower.code, 0, narrower.stderr)
      assert.equal((await scene.esc(`aws trust diff prod.json ${roleArn}`)).code, 3)
      await make(['other'])
      assert.match(
        (await scene.esc(`aws trust reach ${roleArn}`)).stdout,
        /role\/wide: 0 can become this role/,
      )
    })

    test('is linted with what IAM knows: audiences, longest session, attached policies', async () => {
      const found = async () => {
        const { stdout } = await scene.esc(`aws trust lint ${roleArn} --output json`)
        return (JSON.parse(stdout) as { findings: Finding[] }[])[0]?.findings.map(({ id }) => id) ?? []
      }
      await make(['aws:acme'])
      const one = await found()
      assert.ok(!one.includes('AWS011'), 'one audience only: the policy need not pin it')
      await make(['aws:acme', 'other'])
      assert.ok((await found()).includes('AWS011'))
      const admin = 'arn:aws:iam::aws:policy/AdministratorAccess'
      await scene.stage.iam().send(new AttachRolePolicyCommand({ RoleName: 'wide', PolicyArn: admin }))
      assert.ok((await found()).includes('AWS024'))
    })

    test('that does not exist is an error, and one without a provider is told', async () => {
      await make(null)
      const reach = await scene.esc(`aws trust reach ${roleArn} --client-id aws:acme`)
      assert.equal(reach.code, 0, reach.stderr)
      const told = await scene.esc(`aws trust lint ${roleArn}`)
      assert.match(
        told.stderr,
        /the account has no identity provider arn:\S+: until it is made, nobody gets in/,
      )
      const none = await scene.esc(`aws trust prove ${roleArn}2`)
      assert.deepEqual([none.code, none.stdout], [1, ''])
      assert.match(none.stderr, /account 123456789012 has no role named wide2/)
    })
  })

  test('every command teaches: what it does, how it ends, examples that name real flags', async () => {
    const commands = [
      'setup',
      'trust check',
      'trust lint',
      'trust reach',
      'trust roles',
      'trust prove',
      'trust diff',
    ]
    for (const command of commands) {
      const { stdout } = await scene.esc(`aws ${command} --help`)
      const flags = new Set([...stdout.matchAll(/^ {2,6}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => flag))
      const examples = [...stdout.matchAll(/^ {2}\$ (esc .+)$/gm)].map(([, example]) => example ?? '')
      assert.ok(examples.length >= 2, command)
      for (const example of examples)
        for (const [flag] of example.matchAll(/--[\w-]+/g)) assert.ok(flags.has(flag), `${example}: ${flag}`)
      if (!['trust reach', 'trust roles'].includes(command)) assert.match(stdout, /[Ee]xit code/, command)
    }
  })
})
