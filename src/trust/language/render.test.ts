import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deadConditions } from './dead-conditions.ts'
import { environmentIssuer } from './issuer-model.ts'
import { prove } from './prove.ts'
import { renderDeadConditions, renderProof } from './render.ts'

const provider = { url: 'https://esc.example.com/oidc', clientIds: ['aws:acme'], account: '123456789012' }
const model = environmentIssuer(provider.url)
const policyOf = (sub: string): object => ({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/esc.example.com/oidc' },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringLike: { 'esc.example.com/oidc:sub': sub } },
  },
})

test('a proof is one line, a counter-example shows the token and why it gets in', () => {
  const policy = policyOf('pulumi:environments:org:acme:env:app/*')
  assert.match(renderProof(prove({ policy, provider, model, never: '*:env:net/*' })), /^proved: no token/)
  assert.equal(
    renderProof(prove({ policy, provider, model, never: '*:env:app/prod' })),
    `disproved: this token becomes the role
  claims   {"aud":"aws:acme","sub":"pulumi:environments:org:acme:env:app/prod"}
  because  statement 1 allows sts:AssumeRoleWithWebIdentity
`,
  )
})

test('a dead condition is named with its statement', () => {
  const dead = deadConditions(policyOf('repo:acme/*'), provider, model)
  assert.equal(
    renderDeadConditions(dead),
    'statement 1: never: no token meets StringLike esc.example.com/oidc:sub\n',
  )
  assert.equal(renderDeadConditions([]), 'every condition does something\n')
})
