import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../examples/aws-trust-gate/', import.meta.url))
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

function esc(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'aws', 'trust', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { HOME: folder, PATH: process.env['PATH'] },
  })
  return { status, stdout, stderr }
}

test('the gate lets an unchanged policy through, without a server', () => {
  const lint = esc('lint', '--format', 'sarif', 'main.json')
  assert.deepEqual([lint.status, lint.stderr], [0, ''])
  assert.equal((JSON.parse(lint.stdout) as { version: string }).version, '2.1.0')
  assert.equal(esc('diff', 'main.json', 'main.json').status, 0)
})

test('the gate stops a policy that admits one environment more, and names it', () => {
  const { status, stdout } = esc('diff', 'main.json', 'widened.json', '--universe', 'universe.json')
  assert.equal(status, 3)
  assert.match(stdout, /^\+ pulumi:environments:org:acme:env:web\/dev /)
})

test('a proof holds for the deployed policy, and the widened one is answered with a token', () => {
  assert.equal(esc('prove', 'main.json', '--never', '*:env:web/dev').status, 0)
  const { status, stdout } = esc('prove', 'widened.json', '--never', '*:env:web/dev')
  assert.equal(status, 3)
  assert.match(stdout, /"sub":"pulumi:environments:org:acme:env:web\/dev"/)
})
