import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { type RealServer, startServer } from './real.ts'

let server: RealServer

const definition = `values:
  password:
    fn::secret: correct-horse
  environmentVariables:
    PASSWORD: \${password}
  files:
    KUBECONFIG: "apiVersion: v1\\n"
    CERTIFICATE: \${password}
`

before(async () => {
  server = await startServer()
  const made = await server.esc(['env', 'init', 'acme/web/dev', '-f', '-'], { input: definition })
  assert.deepEqual([made.code, made.stderr.replace(/^Logging in .*\n/, '')], [0, ''])
})
after(() => server.stop())

/** A shell script that tells where its files are and then does `rest`. */
const script = (rest: string) => ['run', 'acme/web/dev', '--', 'sh', '-c', `echo "at $KUBECONFIG"; ${rest}`]
const pathIn = (stdout: string) => /at (\S+)/.exec(stdout)?.[1] ?? ''
const leftovers = () => readdirSync(server.runtime)

test('S-60: files lie 0600 in a directory 0700 of the runtime directory, gone when the command has ended', async () => {
  const { code, stdout } = await server.esc(
    script('ls -ln "$KUBECONFIG" "$CERTIFICATE"; ls -ldn "$(dirname "$KUBECONFIG")"; cat "$KUBECONFIG"'),
  )
  assert.equal(code, 0)
  assert.equal(dirname(dirname(pathIn(stdout))), server.runtime)
  assert.equal(stdout.match(/^-rw------- /gm)?.length, 2)
  assert.equal(stdout.match(/^drwx------ /gm)?.length, 1)
  assert.match(stdout, /apiVersion: v1/)
  assert.deepEqual(leftovers(), [])
})

test('S-60: files go when the command fails, cannot be started or is refused a variable', async () => {
  assert.equal((await server.esc(script('exit 3'))).code, 1)
  assert.deepEqual(leftovers(), [])
  const broken = join(server.folder, 'broken')
  writeFileSync(broken, '#!/no/such/interpreter\n', { mode: 0o755 })
  const { code, stderr } = await server.esc(['run', 'acme/web/dev', '--', broken])
  assert.equal(code, 1)
  assert.match(stderr, /^Error: .*ENOENT/m)
  assert.deepEqual(leftovers(), [])
})

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
  test(`S-60, S-63: ${name} reaches the command, and files go when it has ended`, async () => {
    const { code, stdout, stderr } = await server.esc(
      script(`trap 'echo got ${name}; exit 7' ${name.slice(3)}; echo ready; while :; do sleep 0.05; done`),
      {
        started: (child) =>
          child.stdout?.on('data', (chunk: Buffer) => {
            if (chunk.includes('ready')) child.kill(name)
          }),
      },
    )
    assert.match(stdout, new RegExp(`got ${name}`))
    assert.deepEqual([code, stderr], [1, 'Error: exit status 7\n'])
    assert.deepEqual(leftovers(), [])
  })
}

test('S-60: after SIGKILL the next command of any kind removes what was left', async () => {
  const left: string[] = []
  for (let round = 0; round < 3; round += 1) {
    const { signal, stdout } = await server.esc(script('echo pid $$; exec sleep 0.2'), {
      started: (child) =>
        child.stdout?.on('data', (chunk: Buffer) => {
          if (chunk.includes('pid')) child.kill('SIGKILL')
        }),
    })
    assert.equal(signal, 'SIGKILL')
    left.push(pathIn(stdout))
  }
  assert.equal(existsSync(left.at(-1) ?? ''), true)
  assert.equal((await server.esc(['version'])).code, 0)
  assert.deepEqual(leftovers(), [])
})

test('S-60: a sweep leaves the files of a process that still runs, foreign names and links alone', async () => {
  const target = join(server.folder, 'precious')
  mkdirSync(target)
  writeFileSync(join(target, 'file'), 'kept')
  symlinkSync(target, join(server.runtime, 'esc-run-999999-1-ab'))
  mkdirSync(join(server.runtime, 'esc-run-other'), { mode: 0o700 })
  const own = script(`"$ESC" version >/dev/null; test -f "$KUBECONFIG" && echo still there`)
  const { stdout } = await server.esc(own, { env: { ESC: join(import.meta.dirname, '../../bin/esc') } })
  assert.match(stdout, /still there/)
  assert.equal(readFileSync(join(target, 'file'), 'utf8'), 'kept')
  assert.deepEqual(leftovers().sort(), ['esc-run-999999-1-ab', 'esc-run-other'])
})

test('S-60: where others can look into the runtime directory, it is not used', async () => {
  const open = join(server.folder, 'open')
  mkdirSync(open, { mode: 0o755 })
  const tmp = join(server.folder, 'tmp')
  mkdirSync(tmp)
  const { stdout } = await server.esc(script('true'), { env: { XDG_RUNTIME_DIR: open, TMPDIR: tmp } })
  assert.equal(dirname(dirname(pathIn(stdout))), tmp)
  assert.deepEqual([readdirSync(open), readdirSync(tmp)], [[], []])
})

test('S-61: a key of files never chooses where a file is made, whatever its text', async () => {
  await server.esc(['env', 'init', 'acme/web/names'])
  for (const key of ['../../escaped', 'CON', 'x'.repeat(300), '∕etc∕escaped']) {
    const text = `values:\n  files:\n    ${JSON.stringify(key)}: content\n`
    await server.esc(['env', 'edit', 'acme/web/names', '-f', '-'], { input: text })
    const { code, stdout } = await server.esc(['run', 'acme/web/names', '--', 'env'])
    if (code === 0) {
      const path =
        stdout
          .split('\n')
          .find((line) => line.startsWith(`${key}=`))
          ?.slice(key.length + 1) ?? ''
      assert.equal(dirname(dirname(path)), server.runtime, key)
    } else assert.doesNotMatch(stdout, /content/)
    assert.equal(existsSync(join(server.folder, 'escaped')), false)
  }
  assert.deepEqual(leftovers().sort(), ['esc-run-999999-1-ab', 'esc-run-other'])
})

test('a secret that is no argument of the command stands in the arguments of no process', async () => {
  const { stdout } = await server.esc(
    script(`printf %s "$PASSWORD" | wc -c; ps -eo args | grep -c "correct-[h]orse"; true`),
  )
  assert.match(stdout, /^13\n0$/m)
})

test('secrets are replaced however the command cuts its output into writes', async () => {
  const { stdout } = await server.esc(
    script(
      `printf correct-; sleep 0.05; printf 'horse\\nthe end: %s' "$PASSWORD"; printf 'err %s\\n' "$PASSWORD" >&2`,
    ),
  )
  assert.match(stdout, /^\[secret\]\nthe end: \[secret\]$/m)
})

test('a command that writes without end ends when nobody reads it any more, and its files are removed', async () => {
  const before = leftovers()
  const { code, stderr } = await server.esc(['run', 'acme/web/dev', '--', 'yes'], {
    started: (child) => void child.stdout?.once('data', () => child.stdout?.destroy()),
  })
  assert.deepEqual([code, stderr.replace(/^Logging in .*\n/, '')], [141, ''])
  assert.deepEqual(leftovers(), before)
})

test('S-63: arguments arrive as they were typed', async () => {
  const typed = ['a b', ';', '$(id)', '*', '', "it's", '"', '\\', 'x\ny']
  const { stdout } = await server.esc([
    'run',
    'acme/web/dev',
    '--',
    process.execPath,
    '-e',
    'console.log(JSON.stringify(process.argv.slice(1)))',
    '--',
    ...typed,
  ])
  assert.deepEqual(JSON.parse(stdout), typed)
})

test('S-63: the exit code of the command is kept when asked, 128 + n for a signal', async () => {
  const keep = ['run', '--keep-exit-code', 'acme/web/dev', '--', 'sh', '-c']
  assert.equal((await server.esc([...keep, 'exit 42'])).code, 42)
  assert.equal((await server.esc([...keep, 'kill -TERM $$'])).code, 143)
})

test('temporary files of open stay, and only their owner can read them', async () => {
  const tmp = join(server.folder, 'lasting')
  mkdirSync(tmp)
  const { stdout } = await server.esc(['open', 'acme/web/dev', '-f', 'dotenv'], { env: { TMPDIR: tmp } })
  const path = /KUBECONFIG="(.*)"/.exec(stdout)?.[1] ?? ''
  assert.equal(dirname(path), tmp)
  assert.match(path, /\/esc-[0-9a-f]+$/)
  assert.equal(statSync(path).mode & 0o777, 0o600)
})
