import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { release } from './release.ts'
import { problemsOf } from './verify.ts'

describe('S-73: a release, signed with a throwaway key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openesc-release-test-'))
  const out = join(folder, 'out')
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  let names: readonly string[]
  before(() => {
    // Fails when two builds, at two places, are not alike byte for byte.
    names = release({ key: privateKey, out })
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  test('S-72: two builds are alike; package, bill of materials and provenance are signed, and openssl agrees', () => {
    assert.deepEqual(
      names.map((name) => name.replace(/-\d.*\.tgz$/, '.tgz')),
      ['SHA-256SUMS', 'SHA-256SUMS.sig', 'openesc.tgz', 'provenance.intoto.json', 'sbom.cdx.json'],
    )
    assert.deepEqual(problemsOf(out, publicKey), [])
    const pem = join(folder, 'key.pem')
    writeFileSync(pem, publicKey.export({ type: 'spki', format: 'pem' }))
    const signature = ['-rawin', '-in', 'SHA-256SUMS', '-sigfile', 'SHA-256SUMS.sig']
    const checked = spawnSync('openssl', ['pkeyutl', '-verify', '-pubin', '-inkey', pem, ...signature], {
      cwd: out,
    })
    assert.equal(checked.status, 0, String(checked.stderr))
    assert.equal(spawnSync('sha256sum', ['-c', 'SHA-256SUMS'], { cwd: out }).status, 0)
    const { payload } = JSON.parse(readFileSync(join(out, 'provenance.intoto.json'), 'utf8')) as {
      payload: string
    }
    const statement = Buffer.from(payload, 'base64').toString()
    assert.match(statement, /"_type":"https:\/\/in-toto\.io\/Statement\/v1"/)
    assert.match(statement, /"gitCommit":"[0-9a-f]{40}"/)
  })

  test('S-73: the package holds what is run and its sources: no tests, no key, no data, nothing compiled for one machine', () => {
    const tarball = names.find((name) => name.endsWith('.tgz'))!
    const listed = spawnSync('tar', ['-tzf', join(out, tarball)], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n')
    assert.ok(listed.includes('package/dist/server.cjs') && listed.includes('package/SECURITY.md'))
    assert.deepEqual(
      listed.filter((path) => /\.test\.ts$|\.code$|\.pem$|\.db$|(?:^|\/)key$|\.env$/.test(path)),
      [],
    )
  })

  test('whatever is altered, left out, exchanged or signed by another key is found', () => {
    const tampered = (change: (at: (name: string) => string) => void) => {
      const copy = mkdtempSync(join(folder, 'copy-'))
      for (const name of readdirSync(out)) copyFileSync(join(out, name), join(copy, name))
      change((name) => join(copy, name))
      return problemsOf(copy, publicKey)
    }
    const tarball = names.find((name) => name.endsWith('.tgz'))!
    const resum = (at: (name: string) => string, name: string) => {
      const digest = createHash('sha256')
        .update(readFileSync(at(name)))
        .digest('hex')
      const sums = readFileSync(at('SHA-256SUMS'), 'utf8')
      writeFileSync(at('SHA-256SUMS'), sums.replace(new RegExp(`[0-9a-f]{64}(?=  ${name})`), digest))
    }
    assert.match(tampered((at) => writeFileSync(at(tarball), 'other')).join(), /was altered/)
    assert.match(tampered((at) => rmSync(at('sbom.cdx.json'))).join(), /is missing/)
    assert.match(tampered((at) => rmSync(at('SHA-256SUMS.sig'))).join(), /wanted/)
    const resummed = tampered((at) => {
      writeFileSync(at(tarball), 'other')
      resum(at, tarball)
    })
    assert.match(resummed.join(), /not signed by this key/)
    const other = generateKeyPairSync('ed25519')
    assert.match(problemsOf(out, other.publicKey).join(), /not signed by this key/)
  })
})
