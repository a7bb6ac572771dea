import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountFiles } from '../../tests/conformance/cli/call.ts'
import { createTestWorld } from '../../tests/conformance/cli/world.ts'
import { runCli } from './run-cli.ts'

const nowMilliseconds = Date.parse('2026-01-02T03:04:05Z')

interface Setting {
  readonly secondsApart?: number
  readonly issuer?: string | null
  readonly isKnown?: boolean
  readonly hasAccount?: boolean
}

/** Runs `esc doctor` against a server whose clock, issuer and knowledge of the token are as asked. */
async function doctor(args: readonly string[], setting: Setting = {}) {
  const { secondsApart = 0, issuer = 'https://esc.test/oidc', isKnown = true, hasAccount = true } = setting
  const date = new Date(nowMilliseconds - secondsApart * 1000).toUTCString()
  const answer = (request: Request): Response => {
    const { pathname } = new URL(request.url)
    const headers = { date }
    if (pathname.includes('openid-configuration')) {
      return issuer === null
        ? Response.json({ code: 404, message: 'Not Found' }, { status: 404, headers })
        : Response.json({ issuer, jwks_uri: `${issuer}/.well-known/jwks` }, { headers })
    }
    if (pathname.startsWith('/api') && !isKnown)
      return Response.json({ code: 401, message: 'Unauthorized' }, { status: 401, headers })
    if (pathname === '/api/user') return Response.json({ githubLogin: 'ada' }, { headers })
    return Response.json(
      { environments: [{ organization: 'acme', project: 'web', name: 'dev' }] },
      { headers },
    )
  }
  let stdout = ''
  const world = createTestWorld({
    streams: {
      stdin: new Uint8Array(),
      stdout: (bytes) => void (stdout += Buffer.from(bytes).toString()),
      stderr: () => {},
    },
    files: new Map(hasAccount ? accountFiles(0) : []),
    fetch: answer,
    nowMilliseconds,
    processEnv: new Map(),
    programs: new Map(),
  })
  const code = await runCli(['doctor', ...args], world)
  return { code, stdout }
}

test('a set-up that works is said line by line', async () => {
  const { code, stdout } = await doctor([])
  assert.equal(code, 0, stdout)
  assert.match(stdout, /^ok {3}account for /)
  assert.match(stdout, /you are ada\n/)
  assert.match(stdout, /\nok {3}1 environment can be seen\n/)
  assert.match(stdout, /\nok {3}this machine's clock is within 60 s of the server's\n/)
  assert.match(stdout, /\nok {3}the issuer is https:\/\/esc\.test\/oidc; `esc oidc verify`/)
})

test('a clock that is off by more than a minute has to be set', async () => {
  for (const [secondsApart, says] of [
    [90, '90 s ahead of'],
    [-3600, '3600 s behind'],
  ] as const) {
    const { code, stdout } = await doctor([], { secondsApart })
    assert.equal(code, 1)
    assert.ok(stdout.includes(`FAIL this machine's clock is ${says} the server's`), stdout)
  }
})

test('an issuer that AWS cannot take is told, one that cannot be asked for breaks nothing', async () => {
  const plain = await doctor([], { issuer: 'http://127.0.0.1:3720/oidc' })
  assert.equal(plain.code, 0)
  assert.match(plain.stdout, /AWS takes https issuers only/)
  const none = await doctor([], { issuer: null })
  assert.equal(none.code, 0)
  assert.match(none.stdout, /no issuer can be asked for/)
})

test('a token that the server does not know, and no account at all, say what to do', async () => {
  const unknown = await doctor([], { isKnown: false })
  assert.equal(unknown.code, 1)
  assert.match(unknown.stdout, /FAIL .*\[401\]/)
  const nobody = await doctor([], { hasAccount: false })
  assert.equal(nobody.code, 1)
  assert.match(nobody.stdout, /FAIL no (account|server).*esc login/)
})

test('the same as JSON, for programs', async () => {
  const { code, stdout } = await doctor(['--output', 'json'], { secondsApart: 90 })
  const told = JSON.parse(stdout) as { ok: boolean; checks: { check: string; ok: boolean }[] }
  assert.equal(code, 1)
  assert.equal(told.ok, false)
  assert.deepEqual(
    told.checks.filter(({ ok }) => !ok).map(({ check }) => check),
    ['clock'],
  )
})
