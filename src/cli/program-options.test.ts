import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestWorld } from '../../tests/conformance/cli/world.ts'
import { sandboxOptions } from '../sts/options.ts'
import { runCli } from './run-cli.ts'
import { serverOptions } from './server-options.ts'
import type { ProgramOptions } from './world.ts'

interface Started {
  readonly server: ProgramOptions[]
  readonly sandbox: ProgramOptions[]
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

async function esc(
  args: readonly string[],
  processEnv: Record<string, string> = {},
  files: Record<string, string> = {},
): Promise<Started> {
  const started = { server: [] as ProgramOptions[], sandbox: [] as ProgramOptions[], stdout: '', stderr: '' }
  const world = createTestWorld({
    streams: {
      stdin: new Uint8Array(),
      stdout: (bytes) => void (started.stdout += Buffer.from(bytes).toString()),
      stderr: (bytes) => void (started.stderr += Buffer.from(bytes).toString()),
    },
    files: new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])),
    fetch: () => new Response(null, { status: 500 }),
    nowMilliseconds: 0,
    processEnv: new Map(Object.entries(processEnv)),
    programs: new Map(),
  })
  const programs = {
    startServer: async (options: ProgramOptions) => started.server.push(options) - 1,
    startSandbox: async (options: ProgramOptions) => started.sandbox.push(options) - 1,
  }
  const code = await runCli(args, { ...world, programs })
  return { ...started, code }
}

test('what nothing sets is left to the program', async () => {
  assert.deepEqual((await esc(['server', 'start'])).server, [{}])
  assert.deepEqual((await esc(['sandbox', 'aws'])).sandbox, [{}])
})

test('a flag wins over a variable, that over the configuration file', async () => {
  const file = 'port: 1\ndata: from-file\nawsRegion: eu-west-1\n'
  const variables = { OPENESC_PORT: '2', OPENESC_DATA: 'from-variable', OPENESC_CONFIG: 'esc.yaml' }
  const { server } = await esc(['server', 'start', '--port', '3'], variables, { 'esc.yaml': file })
  assert.deepEqual(server, [{ port: '3', data: 'from-variable', awsRegion: 'eu-west-1', config: 'esc.yaml' }])
})

test('every setting is a flag, a variable and a key of the file', async () => {
  for (const option of serverOptions) {
    const isSwitch = option.type === 'boolean'
    const value = isSwitch ? 'true' : 'x'
    const variable = `OPENESC_${option.flag.slice(2).replaceAll('-', '_').toUpperCase()}`
    if (option.name !== 'config') {
      const given = isSwitch ? [option.flag] : [option.flag, value]
      assert.deepEqual((await esc(['server', 'start', ...given])).server, [{ [option.name]: value }])
      assert.deepEqual((await esc(['server', 'start'], { [variable]: value })).server, [
        { [option.name]: value },
      ])
      const { server } = await esc(['server', 'start', '--config=c'], {}, { c: `${option.name}: ${value}\n` })
      assert.deepEqual(server, [{ [option.name]: value, config: 'c' }])
    }
    const { stdout } = await esc(['server', 'start', '--help'])
    assert.ok(stdout.includes(option.flag) && stdout.includes(`[${variable}]`), option.flag)
  }
})

test('lists are repeated flags, commas in a variable, or items in the file', async () => {
  const names = sandboxOptions.filter((option) => option.type === 'list').map((option) => option.flag)
  assert.deepEqual(names, ['--allowed-host', '--fault'])
  const { sandbox } = await esc([
    'sandbox',
    'aws',
    '--allowed-host',
    'a',
    '--allowed-host',
    'b',
    '--allow-remote',
  ])
  assert.deepEqual(sandbox, [{ hosts: 'a\nb', allowRemote: 'true' }])
  assert.deepEqual((await esc(['sandbox', 'aws'], { OPENESC_SANDBOX_ALLOWED_HOST: 'a,b' })).sandbox, [
    { hosts: 'a\nb' },
  ])
})

test('a file that is missing, broken or has another key is refused', async () => {
  const start = ['server', 'start', '--config', 'c.yaml']
  const words = async (text?: string) =>
    (await esc(start, {}, text === undefined ? {} : { 'c.yaml': text })).stderr
  assert.equal(await words(), 'Error: configuration file c.yaml: no such file or directory\n')
  assert.match(
    await words('a: [b'),
    /^Error: configuration file c\.yaml: yaml: line 1: did not find expected/,
  )
  assert.match(
    await words('prot: 1\n'),
    /^Error: configuration file c\.yaml: `prot` is not a setting; there are host, port, data, /,
  )
  assert.equal(
    await words('config: other\n').then((text) => text.includes('`config` is not a setting')),
    true,
  )
  assert.equal((await esc(start, {}, { 'c.yaml': '' })).code, 0)
})
