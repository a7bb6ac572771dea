import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))

test('the example sets up an account with real processes and a profile, twice, and tells who gets in', () => {
  const { status, stdout, stderr } = spawnSync(path('examples/aws-setup/run.sh'), {
    encoding: 'utf8',
    timeout: 120_000,
    env: { PATH: process.env['PATH'], HOME: '/nowhere', ESC: path('bin/esc') },
  })
  assert.equal(status, 0, stdout + stderr)
  const facts = [
    /^done: create identity provider arn:aws:iam::123456789012:oidc-provider\/127\.0\.0\.1:\d+\/oidc$/m,
    /^done: create role arn:aws:iam::123456789012:role\/admin$/m,
    /^no changes$/m,
    /^credentials of ASIASAND/m,
    /^denied \(CONDITION_FALSE\)/m,
    /^exit code 3$/m,
  ]
  for (const fact of facts) assert.match(stdout, fact)
  assert.equal(stdout.match(/^proved from what IAM answers/gm)?.length, 2)
})
