import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountFiles } from '../../tests/conformance/cli/call.ts'
import { createTestWorld, home } from '../../tests/conformance/cli/world.ts'
import { runCli } from './run-cli.ts'
import type { Entry } from './tree.ts'
import { root } from './tree.ts'
import type { World } from './world.ts'

async function esc(
  args: readonly string[],
  setting: { terminal?: boolean; answer?: () => Response; change?: Partial<World> } = {},
) {
  const out = { stdout: '', stderr: '' }
  const isTerminal = setting.terminal ?? false
  const world = createTestWorld({
    streams: { stdin: new Uint8Array(), stdout: () => {}, stderr: () => {} },
    files: new Map(accountFiles(0)),
    fetch: setting.answer ?? (() => Response.json({ code: 500, message: 'no' }, { status: 500 })),
    nowMilliseconds: 0,
    processEnv: new Map(),
    programs: new Map(),
  })
  const code = await runCli(args, {
    ...world,
    stdout: { isTerminal, write: (bytes) => void (out.stdout += Buffer.from(bytes).toString()) },
    stderr: { isTerminal, write: (bytes) => void (out.stderr += Buffer.from(bytes).toString()) },
    ...setting.change,
  })
  return { code, ...out }
}

/** Every command and group with the names that lead to it. */
function entries(
  entry: Entry,
  path: readonly string[] = [],
): readonly { entry: Entry; path: readonly string[] }[] {
  return [
    { entry, path },
    ...(entry.children ?? []).flatMap((child) => entries(child, [...path, child.name])),
  ]
}

test('every command and group has help with its usage and examples, without a server', async () => {
  for (const { entry, path } of entries(root)) {
    for (const flag of ['--help', '-h']) {
      const { code, stdout, stderr } = await esc([...path, flag])
      const name = ['esc', ...path].join(' ')
      assert.deepEqual([code, stderr], [0, ''], name)
      assert.ok(stdout.includes(`Usage:\n  ${name}`), name)
      if (entry.load !== undefined) assert.match(stdout, /Examples:\n {2}\$ .+\n/, name)
      assert.ok(
        stdout.split('\n').every((line) => !line.includes('undefined')),
        name,
      )
    }
  }
})

test('help also stands in front, and aliases lead to the same command', async () => {
  assert.equal((await esc(['help', 'env', 'get'])).stdout, (await esc(['env', 'get', '--help'])).stdout)
  assert.equal((await esc(['env', 'new', '--help'])).stdout, (await esc(['env', 'init', '--help'])).stdout)
  assert.match((await esc(['help'])).stdout, /^OpenESC - /)
})

test('what may still change says so first', async () => {
  assert.match((await esc(['env', 'webhook', 'new', '--help'])).stdout, /^\[EXPERIMENTAL\] /)
})

test('groups print their help and take nothing else', async () => {
  const { code, stdout } = await esc(['env'])
  assert.equal(code, 0)
  assert.match(stdout, /^Manage environments\n/)
  assert.equal((await esc(['env', '--nope'])).stderr, 'Error: unknown flag: --nope\n')
})

test('a message never carries control characters to the terminal (S-65)', async () => {
  const answer = () => Response.json({ code: 404, message: 'gone \x1b]0;title\x07\u202e' }, { status: 404 })
  for (const terminal of [true, false]) {
    const { stderr } = await esc(['env', 'ls'], { terminal, answer })
    assert.ok(stderr.endsWith('[404] gone \\x1b]0;title\\x07\\u202e\n'), stderr)
  }
})

test('a value on a terminal is shown, and through a pipe arrives byte for byte (S-65)', async () => {
  const answer = () =>
    Response.json({ environments: [{ organization: 'o', project: 'p', name: 'x\x1b[2J' }] })
  assert.equal((await esc(['env', 'ls'], { terminal: true, answer })).stdout, 'o/p/x\\x1b[2J\n')
  assert.equal((await esc(['env', 'ls'], { answer })).stdout, 'o/p/x\x1b[2J\n')
})

test('an error is red on a terminal only', async () => {
  assert.equal((await esc(['nosuch'], { terminal: true })).stderr.startsWith('\x1b[31mError:\x1b[39m '), true)
  assert.equal((await esc(['nosuch'])).stderr.startsWith('Error: '), true)
})

test('a fault of our own tells no stack', async () => {
  const lookPath = async (): Promise<string> => {
    throw new TypeError('oops')
  }
  const { code, stderr } = await esc(['env', 'edit', 'a/b/c'], { change: { lookPath } })
  assert.equal(code, 1)
  assert.doesNotMatch(stderr, /\n\s+at /)
})

test('a completion script for every shell asks esc itself', async () => {
  for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
    const { code, stdout } = await esc(['completion', shell])
    assert.equal(code, 0)
    assert.ok(stdout.includes('esc __complete -- '), shell)
  }
})

test('the reference has a page for every command and group that is not hidden', async () => {
  const pages = new Map<string, string>()
  const world = createTestWorld({
    streams: { stdin: new Uint8Array(), stdout: () => {}, stderr: () => {} },
    files: new Map(),
    fetch: () => new Response(),
    nowMilliseconds: 0,
    processEnv: new Map([['HOME', home]]),
    programs: new Map(),
  })
  const files = {
    ...world.files,
    write: async (path: string, content: Uint8Array) => void pages.set(path, Buffer.from(content).toString()),
  }
  assert.equal(await runCli(['gen-docs', 'out'], { ...world, files }), 0)
  const wanted = entries(root).filter(({ entry }) => !entry.hidden)
  assert.equal(pages.size, wanted.length)
  assert.match(pages.get('out/esc_env_get.md') ?? '', /^# esc env get\n\n```\n/)
})

test('the next step that a server gives is shown to a person, and changes no text that scripts read', async () => {
  const answer = () =>
    Response.json(
      { code: 403, message: 'Forbidden' },
      { status: 403, headers: { 'OpenESC-Hint': 'ask ada for `open`' } },
    )
  const command = ['env', 'get', 'acme/web/dev']
  const said = 'Error: getting environment definition: [403] Forbidden\n'
  assert.equal((await esc(command, { answer })).stderr, said)
  const shown = (await esc(command, { answer, terminal: true })).stderr
  assert.match(shown, /\[403\] Forbidden\n {2}try: ask ada for `open`\n$/)
})
