import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkName, type NameKind, parseImportName, rootName } from './names.ts'

const good: readonly [NameKind, string][] = [
  ['organization', 'acme'],
  ['organization', 'a-b_c'],
  ['organization', 'x'.repeat(40)],
  ['project', 'default'],
  ['project', 'defaults'],
  ['project', 'a'],
  ['project', '__proto__'],
  ['environment', 'my.env-1_x'],
  ['environment', 'x'.repeat(100)],
  ['revisionTag', 'stable'],
  ['revisionTag', 'v1.2+3'],
  ['environmentTag', 'pulumi:env:owner'],
  ['environmentTag', 'Ünit'],
]
const bad: readonly [NameKind, string][] = [
  ['organization', 'ab'],
  ['organization', '-abc'],
  ['organization', 'abc-'],
  ['organization', 'x'.repeat(41)],
  ['organization', 'a.b'],
  ['project', ''],
  ['project', '..'],
  ['project', 'yaml'],
  ['project', 'TAGS'],
  ['project', 'restore'],
  ['environment', 'open'],
  ['environment', 'yaml'],
  ['environment', 'a b'],
  ['environment', 'ａ'],
  ['environment', 'a\u200b'],
  ['environment', 'a\n'],
  ['environment', 'x'.repeat(101)],
  ['revisionTag', '1.0'],
  ['revisionTag', 'latest'],
  ['revisionTag', 'Latest'],
  ['revisionTag', 'a@b'],
  ['revisionTag', 'a:b'],
  ['revisionTag', 'a/b'],
  ['revisionTag', 'a%2fb'],
  ['environmentTag', ''],
  ['environmentTag', 'a/b'],
  ['environmentTag', 'a\u0000'],
]

for (const [kind, name] of good) {
  test(`${JSON.stringify(name.slice(0, 20))} may name a new ${kind}`, () => {
    assert.equal(checkName(kind, name), name)
  })
}
for (const [kind, name] of bad) {
  test(`S-20: ${JSON.stringify(name.slice(0, 20))} may not name a new ${kind}`, () => {
    assert.throws(() => checkName(kind, name), { code: 'NAME_INVALID' })
  })
}

test('an import names project, environment and version', () => {
  const read = (text: string) => {
    const name = parseImportName(text)
    return name && `${name.project}/${name.name}@${name.version}`
  }
  assert.equal(read('a'), 'default/a@latest')
  assert.equal(read('p/a'), 'p/a@latest')
  assert.equal(read('p/a@3'), 'p/a@3')
  assert.equal(read('a@stable'), 'default/a@stable')
  for (const none of ['', '/', 'o/p/a', 'a@', 'a@1@2', '@1', 'p/', '/a', 'a b'])
    assert.equal(read(none), null, none)
  fc.assert(fc.property(fc.string(), (text) => parseImportName(text) === null || true))
})

test('a root is named bare in the default project only', () => {
  assert.equal(rootName({ project: 'default', name: 'a' }), 'a')
  assert.equal(rootName({ project: 'p', name: 'a' }), 'p/a')
})
