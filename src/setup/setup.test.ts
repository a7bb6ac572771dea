import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { decide, probeInput } from '../trust/index.ts'
import { generateSetup, type SetupTarget, setupFormats, setupProblem, trustPolicy } from './index.ts'

const target: SetupTarget = {
  issuer: 'https://esc.example.com/oidc',
  audience: 'aws:acme',
  subject: 'pulumi:environments:org:acme:env:web/prod',
  roleName: 'deployer',
  rolePath: '/',
  maxSessionSeconds: 3600,
  policyArns: [],
  account: '123456789012',
  partition: 'aws',
  createsProvider: true,
}
const provider = { url: target.issuer, clientIds: ['aws:acme'], account: target.account }

test('the generated policy is proved to admit its subject and nobody else', () => {
  assert.equal(setupProblem(target), null)
})

test('a policy that admits more, or not its own subject, is refused with the token', () => {
  const text = JSON.stringify(trustPolicy(target))
  const wide = JSON.parse(text.replace('StringEquals', 'StringLike').replace('web/prod', 'web/*')) as object
  assert.match(setupProblem(target, wide) ?? '', /also admits .*env:web\//)
  const other = JSON.parse(text.replace('web/prod', 'web/dev')) as object
  assert.match(setupProblem(target, other) ?? '', /does not admit its own subject/)
})

test('the CloudFormation template read back decides as the policy does', () => {
  for (const createsProvider of [true, false]) {
    const template = JSON.parse(generateSetup('cloudformation', { ...target, createsProvider })) as {
      Resources: { IdentityProvider?: { Properties: object }; Role: { Properties: Record<string, unknown> } }
    }
    const { IdentityProvider, Role } = template.Resources
    assert.deepEqual(
      IdentityProvider?.Properties,
      createsProvider ? { Url: target.issuer, ClientIdList: ['aws:acme'] } : undefined,
    )
    const text = JSON.stringify(Role.Properties['AssumeRolePolicyDocument'])
    const policy = JSON.parse(
      text.replace(
        '{"Ref":"IdentityProvider"}',
        '"arn:aws:iam::123456789012:oidc-provider/esc.example.com/oidc"',
      ),
    ) as object
    assert.deepEqual(policy, trustPolicy(target))
    const answer = (sub: string) => decide(probeInput(policy, provider, { sub })).effect
    assert.equal(answer(target.subject), 'allow')
    assert.equal(answer(`${target.subject}2`), 'deny')
  }
})

test('Terraform is formatted as `terraform fmt` does', (context) => {
  const { error, status } = spawnSync('terraform', ['fmt', '-check', '-'], {
    input: generateSetup('terraform', target),
  })
  if (error !== undefined) return context.diagnostic('terraform is not installed: the layout was not checked')
  assert.equal(status, 0)
  const existing = generateSetup('terraform', { ...target, createsProvider: false })
  assert.equal(spawnSync('terraform', ['fmt', '-check', '-'], { input: existing }).status, 0)
})

test('Terraform text cannot begin a template', () => {
  const text = generateSetup('terraform', { ...target, subject: '${x}%{y}' })
  assert.ok(text.includes('"$${x}%%{y}"'))
})

test('shell text reads back to the policy for any subject', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (subject) => {
      const script = generateSetup('cli', { ...target, subject })
      const quoted = /--assume-role-policy-document '([\s\S]*)'\n$/.exec(script)?.[1] ?? ''
      assert.deepEqual(JSON.parse(quoted.replaceAll(`'\\''`, "'")), trustPolicy({ ...target, subject }))
    }),
    { numRuns: Number(process.env['OPENESC_RUNS'] ?? 50) },
  )
})

test('every format names audience, subject and role, and an existing provider is not made again', () => {
  for (const format of setupFormats) {
    const made = generateSetup(format, target)
    for (const text of ['aws:acme', target.subject, 'deployer'])
      assert.ok(made.includes(text), `${format} ${text}`)
    const existing = generateSetup(format, { ...target, createsProvider: false })
    assert.ok(existing.includes('arn:aws:iam::123456789012:oidc-provider/esc.example.com/oidc'), format)
    assert.doesNotMatch(
      existing,
      /OIDCProvider"|resource "aws_iam_openid|new aws.iam.OpenId|new iam.Oidc|create-open-id/,
      format,
    )
  }
})
