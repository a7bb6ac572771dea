import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const isBuilt = existsSync(`${dist}esc.cjs`)
const skip = isBuilt ? false : 'NOT RUN: there is no dist; `npm run build` makes it'

test('the bundle of the daily commands holds neither a server nor a database', { skip }, () => {
  // 24 ms of a start went into compiling 700 KB; what people wait for many times a day must stay small.
  const { length } = readFileSync(`${dist}quick.cjs`)
  assert.ok(length < 300_000, `dist/quick.cjs has ${length} bytes`)
})

test('what starts often has no literal with Unicode classes, which the engine reads before the first line', {
  skip,
}, () => {
  for (const file of ['quick.cjs', 'eval.js'])
    assert.doesNotMatch(readFileSync(dist + file, 'latin1'), /(?<!\\)\\p\{/, file)
})

test('the code that the build compiled is taken by the Node that compiled it', { skip }, () => {
  const program = `
    const { readFileSync } = require('node:fs')
    const [dist, name] = process.argv.slice(1)
    const text = '(function(exports,require,module,__filename,__dirname){' + readFileSync(dist + name + '.cjs', 'latin1') + '\\n})'
    const script = new (require('node:vm').Script)(text, { cachedData: readFileSync(dist + name + '.code') })
    process.exitCode = script.cachedDataRejected ? 1 : 0
  `
  for (const name of ['quick', 'all'])
    assert.equal(spawnSync(process.execPath, ['-e', program, dist, name]).status, 0, name)
})

/** What a command loads of the platform, beyond what a bare start has loaded. */
function loadedBy(args: readonly string[]): readonly string[] {
  const program = `
    const before = new Set(process.moduleLoadList)
    process.once('exit', () => {
      const loaded = process.moduleLoadList.filter((name) => !before.has(name) && name.startsWith('NativeModule '))
      require('node:fs').writeSync(2, loaded.map((name) => name.slice(13)).join(' '))
    })
    require(process.argv[1])
  `
  const { stderr } = spawnSync(process.execPath, ['-e', program, `${dist}esc.cjs`, ...args], {
    encoding: 'utf8',
    env: { PULUMI_HOME: '/nonexistent' },
  })
  return stderr.split(' ')
}

test('`esc version` loads two modules of the platform', { skip }, () => {
  assert.deepEqual(loadedBy(['version']), ['vm', 'os'])
})
