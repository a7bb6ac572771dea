import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { listenBadly } from './bad-server.ts'
import { program, type RealServer, startServer } from './real.ts'

let server: RealServer
before(async () => {
  server = await startServer()
  for (const name of ['dev', 'prod']) await server.esc(['env', 'init', `acme/web/${name}`])
})
after(() => server.stop())

const run = promisify(execFile)
const has = (name: string) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0

test('what takes over 300 ms is shown on a terminal that can clear it again, and nowhere else', async (t) => {
  if (!has('script')) return t.skip('NOT RUN: there is no `script` here to make a terminal with')
  const slow = await listenBadly((socket) => {
    const body = '{"githubLogin":"ada","organizations":[]}'
    const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
    setTimeout(() => socket.end(head + body), 700)
  })
  const env = { ...server.env, PULUMI_BACKEND_URL: slow.url, TERM: 'xterm' }
  const seen = async (more: Readonly<Record<string, string>>) =>
    (await run('script', ['-qec', `${program} login ${slow.url}`, '/dev/null'], { env: { ...env, ...more } }))
      .stdout
  const shown = await seen({ PULUMI_HOME: join(server.folder, 'a') })
  assert.match(shown, /⠋ waiting for 127\.0\.0\.1:\d+/)
  assert.ok(shown.lastIndexOf('\r\x1b[K') < shown.indexOf('Logged in to'), 'cleared before the result')
  assert.doesNotMatch(shown, /waiting[^\r]*Logged in/)
  assert.doesNotMatch(await seen({ PULUMI_HOME: join(server.folder, 'b'), TERM: 'dumb' }), /waiting/)
  const piped = await server.esc(['login', slow.url], { env: { PULUMI_HOME: join(server.folder, 'c') } })
  assert.equal(piped.stderr, 'Logging in using access token from PULUMI_ACCESS_TOKEN\n')
  await slow.close()
})

/** What the shell's own completion machinery offers for a line; `esc` is the built program. */
const inBash = async (...words: readonly string[]) => {
  const script = `
    esc() { ${JSON.stringify(program)} "$@"; }
    source <(esc completion bash)
    COMP_WORDS=(esc ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
    $(complete -p esc | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
    printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = await run('bash', ['-c', script], { env: server.env })
  return stdout.split('\n').filter((line) => line !== '')
}

test('bash completes commands, flags and the environments that the server has', async () => {
  await server.esc(['login', server.url])
  assert.deepEqual(await inBash('env', 'ver'), ['version'])
  assert.deepEqual(await inBash('env', 'get', '--def'), ['--definition'])
  assert.deepEqual(await inBash('open', 'acme/web/'), ['acme/web/dev', 'acme/web/prod'])
  assert.deepEqual(await inBash('run', 'acme/web/p'), ['acme/web/prod'])
})

/** What fish offers for a line, names only. */
const inFish = async (line: string) => {
  const script = `
    function esc; ${JSON.stringify(program)} $argv; end
    esc completion fish | source
    complete -C ${JSON.stringify(line)} | cut -f1`
  const { stdout } = await run('fish', ['--no-config', '-c', script], { env: server.env })
  return stdout.split('\n').filter((each) => each !== '')
}

/** What zsh makes of a line when the tab key is pressed twice: a pseudo-terminal of its own runs the completion system. */
const inZsh = async (line: string) => {
  const script = `
    zmodload zsh/zpty
    zpty shell zsh -f -i
    say() { zpty -w shell "$1" }
    hear() { local more; while zpty -r -m shell more "*$1*"; do print -rn -- "$more"; return; done }
    say 'PS1= PROMPT2= ; stty -echo; autoload -Uz compinit; compinit -u -D; LISTMAX=10000; zstyle ":completion:*" list-prompt ""'
    say 'esc() { ${program} "$@" }; source <(esc completion zsh); print rea""dy'
    hear ready >/dev/null
    zpty -n -w shell ${JSON.stringify(line)}$'\t\t'
    sleep 2
    zpty -n -w shell $'\x15'
    say 'print fin""ished'
    hear finished`
  const { stdout } = await run('zsh', ['-f', '-c', script], { env: { ...server.env, TERM: 'dumb' } })
  return stdout
}

test('fish completes commands, flags and the environments that the server has', async (t) => {
  if (!has('fish')) return t.skip('NOT RUN: there is no fish here')
  assert.deepEqual(await inFish('esc env ver'), ['version'])
  assert.deepEqual(await inFish('esc env get --def'), ['--definition'])
  assert.deepEqual(await inFish('esc open acme/web/'), ['acme/web/dev', 'acme/web/prod'])
  assert.ok((await inFish('esc env version ')).includes('history'))
})

test('zsh completes commands, flags and the environments that the server has', async (t) => {
  if (!has('zsh')) return t.skip('NOT RUN: there is no zsh here')
  const lines = ['esc env ver', 'esc env get --def', 'esc open acme/web/', 'esc env version ']
  const [command = '', flag = '', environments = '', commands = ''] = await Promise.all(lines.map(inZsh))
  assert.match(command, /ver.*sion/s)
  assert.match(flag, /inition/)
  for (const name of ['acme/web/dev', 'acme/web/prod']) assert.ok(environments.includes(name), environments)
  assert.match(commands, /history\s+-- /)
})

test('a two-part name is completed too, within the default organization', async () => {
  assert.deepEqual(await inBash('open', 'web/p'), ['web/prod'])
  assert.deepEqual(await inBash('open', 'nothing/'), [])
})

for (const [shell, check] of [
  ['bash', ['bash', '-n']],
  ['zsh', ['zsh', '-n']],
] as const) {
  test(`${shell} accepts the script it is given`, async (t) => {
    const { stdout } = await server.esc(['completion', shell])
    assert.match(stdout, /esc __complete -- /)
    assert.equal(stdout.includes('{descriptions}'), false)
    if (!has(shell)) return t.skip(`NOT RUN: there is no ${shell} here to read the script with`)
    const [name, flag] = check
    assert.deepEqual(spawnSync(name, [flag], { input: stdout, encoding: 'utf8' }).stderr, '')
  })
}

test('the PowerShell script registers a completer whose brackets and quotes are closed', async () => {
  const { stdout } = await server.esc(['completion', 'powershell'])
  assert.match(stdout, /^Register-ArgumentCompleter -Native -CommandName esc -ScriptBlock \{/m)
  for (const [open, close] of ['{}', '()', '[]']) {
    assert.equal(stdout.split(open ?? '').length, stdout.split(close ?? '').length)
  }
  assert.equal((stdout.match(/'/g)?.length ?? 0) % 2, 0)
})
