import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as sources from '../src/eval/index.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const skip = existsSync(`${root}dist/eval.js`) ? false : 'NOT RUN: there is no dist; `npm run build` makes it'

/** Checks a definition with the library, and prints what came out. */
const checks = `
const text = 'values: {a: {fn::validate: {schema: {type: string, pattern: ^e}, value: "eu"}}, b: "\${a}-1"}'
const { definition } = library.loadDefinition('acme/web', Buffer.from(text))
const none = async () => { throw new Error('none') }
library.checkEnvironment('acme/web', definition, {
  providers: { provider: none, rotator: none },
  crypter: { encrypt: none, decrypt: none },
  loader: { load: none },
  context: {},
}).then(({ environment, diagnostics }) =>
  console.log(environment.properties.b.value, diagnostics.length))
`

function printedBy(program: string, folder: string, type: 'module' | 'commonjs') {
  const { stdout, stderr } = spawnSync(process.execPath, [`--input-type=${type}`, '-e', program], {
    cwd: folder,
    encoding: 'utf8',
  })
  return stdout + stderr
}

/** A folder in which `openesc` is installed, without the files that `without` names. */
function installed(without: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'openesc-library-'))
  const at = join(folder, 'node_modules/openesc')
  mkdirSync(at, { recursive: true })
  cpSync(`${root}package.json`, join(at, 'package.json'))
  cpSync(`${root}dist`, join(at, 'dist'), {
    recursive: true,
    filter: (from) =>
      from.endsWith('dist') || (from.includes('/eval') && !without.some((name) => from.endsWith(name))),
  })
  symlinkSync(join(root, 'node_modules/re2js'), join(folder, 'node_modules/re2js'))
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

test('the library evaluates alike through `import` and `require`, with compiled code and without', {
  skip,
}, () => {
  for (const without of [[], ['.code']]) {
    using place = installed(without)
    const imported = printedBy(`import * as library from 'openesc/eval'\n${checks}`, place.folder, 'module')
    const required = printedBy(`const library = require('openesc/eval')\n${checks}`, place.folder, 'commonjs')
    assert.deepEqual([imported, required], ['eu-1 0\n', 'eu-1 0\n'], `without ${without}`)
  }
})

test('`import` and `require` give one and the same library, with every export of the sources', {
  skip,
}, () => {
  using place = installed()
  const program = `
    import { createRequire } from 'node:module'
    import * as imported from 'openesc/eval'
    const required = createRequire(process.cwd() + '/x.js')('openesc/eval')
    const names = Object.keys(imported)
    console.log(names.every((name) => imported[name] === required[name]), names.join())`
  const names = Object.keys(sources).toSorted().join()
  assert.equal(printedBy(program, place.folder, 'module'), `true ${names}\n`)
})

test('a program that bundles the library gets a module that needs no file beside it', { skip }, async () => {
  const { build } = await import('esbuild')
  using place = installed()
  await build({
    stdin: { contents: `import * as library from 'openesc/eval'\n${checks}`, resolveDir: place.folder },
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['re2js'],
    outfile: join(place.folder, 'apart/program.mjs'),
  })
  rmSync(join(place.folder, 'node_modules/openesc'), { recursive: true })
  assert.equal(printedBy(`await import('./apart/program.mjs')`, place.folder, 'module'), 'eu-1 0\n')
})
