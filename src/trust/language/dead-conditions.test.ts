import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deadConditions } from './dead-conditions.ts'
import { environmentIssuer } from './issuer-model.ts'

const issuer = 'esc.example.com/oidc'
const provider = { url: `https://${issuer}`, clientIds: ['aws:acme'], account: '123456789012' }
const env = 'pulumi:environments:org:acme:env:'

function dead(condition: object): string[] {
  const policy = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: condition,
    },
  }
  return deadConditions(policy, provider, environmentIssuer(provider.url)).map(({ kind }) => kind)
}

const sub = `${issuer}:sub`

test('a condition that can hold and can fail is alive', () => {
  assert.deepEqual(dead({ StringEquals: { [sub]: `${env}app/prod` } }), [])
  assert.deepEqual(dead({ IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }), [])
})

test('a claim the issuer never sends makes its condition dead', () => {
  assert.deepEqual(dead({ StringEquals: { [`${issuer}:email`]: 'a@b.c' } }), ['never'])
})

test('a subject of another organization is dead, alone and as one value of a list', () => {
  assert.deepEqual(dead({ StringLike: { [sub]: 'pulumi:environments:org:other:*' } }), ['never'])
  assert.deepEqual(dead({ StringLike: { [sub]: ['pulumi:environments:org:other:*', `${env}*`] } }), ['value'])
})

test('a condition that every token meets is told', () => {
  assert.deepEqual(dead({ StringLike: { [sub]: 'pulumi:*' } }), ['always'])
  assert.deepEqual(dead({ StringEquals: { [`${issuer}:aud`]: 'aws:acme' } }), ['always'])
  assert.deepEqual(dead({ Bool: { 'aws:SecureTransport': 'true' } }), ['always'])
})

test('conditions that exclude one another are told at each of them', () => {
  assert.deepEqual(dead({ StringLike: { [sub]: `${env}app/*` }, StringNotLike: { [sub]: `${env}*` } }), [
    'contradiction',
    'contradiction',
  ])
})
