import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gatedByHost } from './host-gates.ts'
import type { AwsTokenExchange } from './powers.ts'
import type { VendorCalls } from './vendor-calls.ts'

test('S-42: at most four calls of an evaluation are under way to one host, whichever provider makes them', async () => {
  const running = new Map<string, number>()
  const most = new Map<string, number>()
  const visit = async (host: string) => {
    const now = (running.get(host) ?? 0) + 1
    running.set(host, now)
    most.set(host, Math.max(now, most.get(host) ?? 0))
    await new Promise((resolve) => setTimeout(resolve, 2))
    running.set(host, running.get(host)! - 1)
  }
  const credentials = { accessKeyId: '', secretAccessKey: '', sessionToken: '', expiration: '' }
  const sts: AwsTokenExchange = {
    assumeRoleWithWebIdentity: async ({ roleArn }) => (await visit(roleArn.split(':')[1]!), credentials),
    explain: async () => null,
  }
  const calls: VendorCalls = {
    post: async (_, { url }) => {
      await visit(new URL(url).host)
      if (url.endsWith('/broken')) throw new Error('no answer')
      return { status: 200, retryAfterSeconds: null, body: null }
    },
  }
  const gated = gatedByHost({ sts, calls })
  const { signal } = new AbortController()
  const post = (url: string) => gated.calls.post('p', { url, body: {} }, signal)
  const assume = (partition: string) =>
    gated.sts.assumeRoleWithWebIdentity({
      roleArn: `arn:${partition}:iam::123456789012:role/r`,
      organization: 'acme',
      ...{ roleSessionName: 's', webIdentityToken: 't', durationSeconds: 900, policyArns: [], signal },
    })
  await Promise.allSettled([
    ...Array.from({ length: 9 }, (_, i) => post(`https://one.example/${i % 2 === 0 ? 'broken' : i}`)),
    ...Array.from({ length: 4 }, (_, i) => post(`https://two.example/${i}`)),
    ...Array.from({ length: 6 }, () => assume('aws')),
    ...Array.from({ length: 3 }, () => assume('aws-cn')),
  ])
  assert.deepEqual(Object.fromEntries(most), { 'one.example': 4, 'two.example': 4, aws: 4, 'aws-cn': 3 })
  assert.deepEqual([...new Set(running.values())], [0])
})
