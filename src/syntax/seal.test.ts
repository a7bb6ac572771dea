import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeEnvelope } from '../crypto/envelope.ts'
import { encodeYaml } from './encode.ts'
import { mappingNode, stringNode } from './make-node.ts'
import { type SecretCrypter, sealSecrets, unsealSecrets } from './seal.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (source: Uint8Array): string => new TextDecoder().decode(source)
const lines = (...text: string[]): string => text.map((line) => `${line}\n`).join('')
const rotate = async (data: Uint8Array): Promise<Uint8Array> => data.map((byte) => (byte + 128) & 0xff)
const rotating: SecretCrypter = { encrypt: rotate, decrypt: rotate }
const fail = async (): Promise<never> => {
  throw new Error('the key is gone')
}
const failing: SecretCrypter = { encrypt: fail, decrypt: fail }
const hunter2 = 'ZXNjeAAAAAHo9e705fKyKo30VQ=='

async function seal(source: string, crypter: SecretCrypter = rotating): Promise<string> {
  return textOf((await sealSecrets('test', bytes(source), crypter)).source)
}

async function unseal(source: string, crypter: SecretCrypter = rotating): Promise<string> {
  return textOf((await unsealSecrets('test', bytes(source), crypter)).source)
}

const sealings: readonly (readonly [what: string, plain: string, sealed: string])[] = [
  [
    'a block secret gets a block ciphertext',
    'values:\n  a:\n    fn::secret: hunter2\n',
    `values:\n  a:\n    fn::secret:\n      ciphertext: ${hunter2}\n`,
  ],
  [
    'a flow secret stays on its line',
    "values:\n  a: {'fn::secret': hunter2}\n",
    `values:\n  a: {'fn::secret': {ciphertext: ${hunter2}}}\n`,
  ],
  [
    'a secret in a list too',
    'values:\n  a:\n    - fn::secret: hunter2\n',
    `values:\n  a:\n    - fn::secret:\n        ciphertext: ${hunter2}\n`,
  ],
  [
    'comments go with the secret',
    'values:\n  a:\n    # h\n    fn::secret: hunter2 # l\n',
    `values:\n  a:\n    # h\n    fn::secret:\n      ciphertext: ${hunter2} # l\n`,
  ],
  [
    'secrets in arguments are found',
    'values:\n  a:\n    fn::open::x:\n      b:\n        fn::secret: hunter2\n',
    `values:\n  a:\n    fn::open::x:\n      b:\n        fn::secret:\n          ciphertext: ${hunter2}\n`,
  ],
]

for (const [what, plain, sealed] of sealings) {
  test(`sealing: ${what}, and opens again`, async () => {
    assert.equal(await seal(plain), sealed)
    assert.equal(await unseal(sealed), plain)
  })
}

test('the style of the plaintext does not go with it, that of a ciphertext comes back', async () => {
  assert.equal(
    await seal('values:\n  a:\n    fn::secret: "hunter2"\n'),
    `values:\n  a:\n    fn::secret:\n      ciphertext: ${hunter2}\n`,
  )
  assert.equal(
    await unseal(`values:\n  a:\n    fn::secret:\n      ciphertext: "${hunter2}"\n`),
    'values:\n  a:\n    fn::secret: "hunter2"\n',
  )
})

test('a text with a sealed secret is printed in its normal form', async () => {
  assert.equal(
    await seal(
      'imports: [ a ]\nvalues:\n\n    n: "1.5"\n    a: {fn::secret: hunter2}\n'.replace(
        'fn::secret',
        '"fn::secret"',
      ),
    ),
    `imports: [a]\nvalues:\n  n: '1.5'\n  a: {"fn::secret": {ciphertext: ${hunter2}}}\n`,
  )
})

const untouched: readonly (readonly [what: string, source: string])[] = [
  ['a text without secrets, whatever its layout', '# c\n\nvalues: {  a:   "1.5" }'],
  ['an empty text', ''],
  ['a text of comments', '# nothing\n'],
  ['a list as a secret', 'values: {password: {fn::secret: [array]}}\n'.replace('fn::secret', '"fn::secret"')],
  ['a number as a secret', 'values:\n  a:\n    fn::secret: 5\n'],
  ['a secret beside another key', 'values:\n  a:\n    fn::secret: x\n    b: c\n'],
]

for (const [what, source] of untouched) {
  test(`${what} comes back byte for byte, in both directions`, async () => {
    for (const rewrite of [sealSecrets, unsealSecrets]) {
      const given = bytes(source)
      const result = await rewrite('test', given, failing)
      assert.equal(result.source, given)
      assert.equal(result.changed, false)
      assert.deepEqual(result.diagnostics, [])
    }
  })
}

test('a sealed secret is not sealed again', async () => {
  const result = await sealSecrets(
    'test',
    bytes(`values:\n  a:\n    fn::secret:\n      ciphertext: ${hunter2}\n`),
    failing,
  )
  assert.equal(result.changed, false)
})

test('the error of a crypter comes out of both directions', async () => {
  await assert.rejects(seal('values:\n  a:\n    fn::secret: x\n', failing), { message: 'the key is gone' })
  const sealed = `values:\n  a:\n    fn::secret:\n      ciphertext: ${hunter2}\n`
  await assert.rejects(unseal(sealed, failing), { message: 'the key is gone' })
})

test('a ciphertext that is none is refused under `values` and ignored elsewhere', async () => {
  await assert.rejects(unseal('values:\n  password:\n    fn::secret:\n      ciphertext: <not base64>\n'), {
    code: 'CIPHERTEXT_INVALID',
    message: 'invalid ciphertext\nillegal base64 data at input byte 0',
  })
  const elsewhere =
    'invalid-top-level-key:\n  password:\n    fn::secret:\n      ciphertext: invalid-ciphertext\n'
  assert.equal(await unseal(elsewhere), elsewhere)
})

test('errors of the text stop both directions', async () => {
  for (const source of ['a: [', 'values:\n  a: &x {fn::secret: y}\n  b: *x\n', '1: x\n']) {
    const result = await sealSecrets('test', bytes(source), failing)
    assert.equal(result.changed, false)
    assert.ok(result.diagnostics.length > 0)
  }
})

test('a plaintext that looks like something else is quoted', async () => {
  const sealed = async (text: string) =>
    `values:\n  a:\n    fn::secret:\n      ciphertext: ${encodeEnvelope(await rotate(bytes(text)))}\n`
  const cases = [
    ['12345', "'12345'"],
    ['true', "'true'"],
    ['null', '"null"'],
    ['a: b', "'a: b'"],
    ['x\ny\n', '|\n      x\n      y'],
  ] as const
  for (const [text, printed] of cases) {
    assert.equal(await unseal(await sealed(text)), `values:\n  a:\n    fn::secret: ${printed}\n`)
  }
})

test('any text of four bytes or more is sealed and opened to itself', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', minLength: 4 }), async (text) => {
      const secret = mappingNode([{ key: stringNode('fn::secret'), value: stringNode(text) }])
      const plain = encodeYaml(
        mappingNode([
          { key: stringNode('values'), value: mappingNode([{ key: stringNode('a'), value: secret }]) },
        ]),
        { indent: 2 },
      )
      const sealed = await seal(plain)
      assert.ok(sealed.includes(encodeEnvelope(await rotate(bytes(text)))))
      const opened = await unseal(sealed)
      assert.equal(await unseal(await seal(opened)), opened)
      assert.equal(await seal(opened), sealed)
    }),
    { numRuns: 100 },
  )
})

test('a secret at the limit of depth is refused, not stored where nobody can read it', async () => {
  const nested = (depth: number) =>
    `values:\n${Array.from({ length: depth }, (_, i) => `${' '.repeat(i + 1)}a:\n`).join('')}${' '.repeat(depth + 1)}fn::secret: x\n`
  const fitting = await sealSecrets('test', bytes(nested(100)), rotating)
  assert.equal(fitting.changed, true)
  const given = bytes(nested(126))
  const refused = await sealSecrets('test', given, rotating)
  assert.equal(refused.source, given)
  assert.match(refused.diagnostics[0]?.summary ?? '', /exceeded max depth/)
})

test('thousands of secrets are sealed in no time to speak of', async () => {
  const source = `values:\n${Array.from({ length: 5_000 }, (_, i) => `  k${i}:\n    fn::secret: value${i}\n`).join('')}`
  const start = performance.now()
  const sealed = await seal(source)
  assert.equal(await unseal(sealed), source)
  assert.ok(performance.now() - start < 20_000)
})

test('a result says whether something changed', async () => {
  const result = await sealSecrets('test', bytes(lines('values:', '  a:', '    fn::secret: x')), rotating)
  assert.equal(result.changed, true)
  assert.deepEqual(result.diagnostics, [])
})
