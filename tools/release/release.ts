// `npm run release -- --key PRIVATE.pem --out FOLDER`: builds twice from the commit, compares, packs, and signs what came of it.

import { execFileSync } from 'node:child_process'
import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { seal } from './envelope.ts'
import { payloadType, provenanceOf } from './provenance.ts'
import { digestOf, sumsOf } from './sums.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const quiet = { encoding: 'utf8' as const, stdio: 'pipe' as const, maxBuffer: 2 ** 28 }

/** Makes a release of the commit that is checked out; gives the names of its files. */
export function release(options: { readonly key: KeyObject; readonly out: string }): readonly string[] {
  const { key } = options
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the signing key must be an Ed25519 key')
  const out = resolve(options.out)
  mkdirSync(out, { recursive: true })
  if (readdirSync(out).length > 0) throw new Error(`${out} is not empty`)
  const startedOn = new Date().toISOString()
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { ...quiet, cwd: root }).trim()
  const scratch = mkdtempSync(join(tmpdir(), 'openesc-release-'))
  try {
    // At two depths, so that no path of the builder gets into what is built.
    const [first, second] = [join(scratch, 'a'), join(scratch, 'b', 'c')] as const
    for (const tree of [first, second]) build(commit, tree)
    const different = differences(first, second)
    if (different.length > 0) throw new Error(`two builds differ in ${different.join(', ')}`)
    execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', out], { ...quiet, cwd: first })
    const bill = execFileSync('npm', ['run', '--silent', 'sbom'], { ...quiet, cwd: first })
    writeFileSync(join(out, 'sbom.cdx.json'), bill)
    const manifest = JSON.parse(readFileSync(join(first, 'package.json'), 'utf8')) as {
      repository?: { url?: string }
    }
    const artefacts = readdirSync(out).toSorted()
    const statement = provenanceOf({
      artefacts: artefacts.map((name) => ({ name, sha256: digestOf(join(out, name)) })),
      commit,
      repository: manifest.repository?.url ?? 'https://openesc.invalid/repository',
      lockfileSha256: digestOf(join(first, 'package-lock.json')),
      node: process.version,
      startedOn,
      finishedOn: new Date().toISOString(),
    })
    const envelope = seal(key, payloadType, Buffer.from(JSON.stringify(statement)))
    writeFileSync(join(out, 'provenance.intoto.json'), `${JSON.stringify(envelope)}\n`)
    const sums = Buffer.from(sumsOf([...artefacts, 'provenance.intoto.json'].map((name) => join(out, name))))
    writeFileSync(join(out, 'SHA-256SUMS'), sums)
    writeFileSync(join(out, 'SHA-256SUMS.sig'), sign(null, sums, key))
    return readdirSync(out).toSorted()
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** The tree of a commit, and nothing else that lies here, built. */
function build(commit: string, tree: string): void {
  mkdirSync(tree, { recursive: true })
  const archive = execFileSync('git', ['archive', commit], { cwd: root, maxBuffer: 2 ** 30 })
  execFileSync('tar', ['-x', '-C', tree], { input: archive })
  symlinkSync(realpathSync(join(root, 'node_modules')), join(tree, 'node_modules'))
  execFileSync(process.execPath, ['tools/build.mjs'], { ...quiet, cwd: tree })
}

/** Names of built files that two trees do not have alike. Code that V8 compiled ahead is the machine's own, and not shipped. */
function differences(first: string, second: string): readonly string[] {
  const namesIn = (tree: string) => readdirSync(join(tree, 'dist')).filter((name) => !name.endsWith('.code'))
  const names = new Set([...namesIn(first), ...namesIn(second)])
  return [...names].filter((name) => {
    try {
      return digestOf(join(first, 'dist', name)) !== digestOf(join(second, 'dist', name))
    } catch {
      return true
    }
  })
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { key: { type: 'string' }, out: { type: 'string' } } })
  if (values.key === undefined || values.out === undefined) {
    console.error('usage: npm run release -- --key PRIVATE.pem --out FOLDER')
    process.exit(2)
  }
  if (execFileSync('git', ['status', '--porcelain'], { ...quiet, cwd: root }) !== '') {
    console.error('error: there are changes that are not committed; a release is of a commit')
    process.exit(1)
  }
  const names = release({ key: createPrivateKey(readFileSync(values.key)), out: values.out })
  console.log(names.join('\n'))
}
