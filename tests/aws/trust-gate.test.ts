import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../examples/aws-trust-gate/', import.meta.url))
const main = fileURLToPath(new URL('../../dist/esc.cjs', import.meta.url))

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

test('no proof is given where the audiences are unknown, and no comparison where it is not known who exists', () => {
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: {
          Federated: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com',
        },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:acme*' } },
      },
    ],
  })
  const ask = (...args: readonly string[]) =>
    spawnSync(process.execPath, [main, 'aws', 'trust', ...args], { input: policy, encoding: 'utf8' })
  assert.match(ask('prove', '-', '--never', 'repo:x/*').stderr, /pins no audience .* --client-id/)
  assert.equal(ask('prove', '-', '--never', 'repo:x/*').status, 1)
  const known = ask('prove', '-', '--never', 'repo:acme-evil/*', '--client-id', 'sts.amazonaws.com')
  assert.equal(known.status, 3)
  const reach = ask('reach', '-', '--universe', `${folder}universe.json`)
  assert.deepEqual([reach.status, reach.stdout], [1, ''])
  assert.match(reach.stderr, /not known who exists/)
})

const gate = (host: string, condition: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${host}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: condition,
      },
    ],
  })

test('the gate stops what is looser without a new name, and compares policies of every issuer', () => {
  const out = mkdtempSync(join(tmpdir(), 'esc-gate-'))
  const diff = (before: string, after: string) => {
    writeFileSync(join(out, 'a.json'), before)
    writeFileSync(join(out, 'b.json'), after)
    return esc('diff', join(out, 'a.json'), join(out, 'b.json'))
  }
  try {
    const ours = 'esc.example.com/oidc'
    const prod = { [`${ours}:aud`]: 'aws:acme', [`${ours}:sub`]: 'pulumi:environments:org:acme:env:web/prod' }
    const office = gate(ours, { StringEquals: prod, IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } })
    const anywhere = gate(ours, { StringEquals: prod })
    const looser = diff(office, anywhere)
    assert.equal(looser.status, 3)
    assert.match(looser.stdout, /admits more, for example .*\n {2}the old one refuses that: .*aws:SourceIp/)
    assert.equal(diff(anywhere, office).status, 0)
    const github = 'token.actions.githubusercontent.com'
    const like = (sub: string) => gate(github, { StringLike: { [`${github}:sub`]: sub } })
    const open = diff(like('repo:acme/*'), like('repo:acme*'))
    assert.equal(open.status, 3)
    assert.match(open.stdout, /admits more, for example repo:acme/)
    assert.equal(diff(like('repo:acme*'), like('repo:acme/*')).status, 0)
    assert.deepEqual(diff(like('repo:acme/*'), like('repo:acme/*')).stdout, 'nobody gains and nobody loses\n')
  } finally {
    rmSync(out, { recursive: true })
  }
})

test('an issuer of somebody else whose path is like ours is not taken for ours', () => {
  const policy = gate('sso.example.net/oidc', { StringEquals: { 'sso.example.net/oidc:aud': 'portal' } })
  const asked = spawnSync(process.execPath, [main, 'aws', 'trust', 'prove', '-', '--never', 'alice'], {
    input: policy,
    encoding: 'utf8',
  })
  assert.equal(asked.status, 3)
  assert.match(asked.stdout, /disproved: .*\n {2}claims .*"sub":"alice"/)
})

test('a policy that trusts a built-in provider by its domain is proved and compared', () => {
  const google = (sub: string) =>
    gate('x.example', {
      StringEquals: { 'accounts.google.com:aud': 'app', 'accounts.google.com:sub': sub },
    }).replace('arn:aws:iam::123456789012:oidc-provider/x.example', 'accounts.google.com')
  const ask = (policy: string, ...never: readonly string[]) =>
    spawnSync(process.execPath, [main, 'aws', 'trust', 'prove', '-', ...never], {
      input: policy,
      encoding: 'utf8',
    })
  const proved = ask(google('1'), '--never', '2')
  assert.equal(proved.status, 0, proved.stderr)
  assert.match(proved.stdout, /^https:\/\/accounts\.google\.com: proved/)
  const refuted = ask(google('2'), '--never', '2')
  assert.equal(refuted.status, 3)
  assert.match(refuted.stdout, /"sub":"2"/)
})

test('the picture of a role is written where it is asked for, and only a form that exists is taken', () => {
  const out = mkdtempSync(join(tmpdir(), 'esc-picture-'))
  try {
    const ask = (...args: readonly string[]) =>
      esc('reach', 'widened.json', '--universe', 'universe.json', ...args)
    const page = ask('--out', join(out, 'reach.html'))
    assert.deepEqual([page.status, page.stdout, page.stderr], [0, '', ''])
    assert.match(
      readFileSync(join(out, 'reach.html'), 'utf8'),
      /^<!doctype html>\n<html lang="en">[\s\S]*<svg /,
    )
    const svg = ask('--format', 'svg', '--denied')
    assert.match(svg.stdout, /^<svg [\s\S]*<g class="denied"[\s\S]*<\/svg>\n$/)
    for (const [args, said] of [
      [['--format', 'png'], /invalid --format "png": must be one of text, svg, html/],
      [['--format', 'svg', '--output', 'json'], /--output json is for --format text/],
      [['-o', join(out, 'reach.html', 'a.svg')], /--out .*nothing was written/],
    ] as const) {
      const { status, stdout, stderr } = ask(...args)
      assert.deepEqual([status, stdout], [1, ''])
      assert.match(stderr, said)
    }
  } finally {
    rmSync(out, { recursive: true })
  }
})
