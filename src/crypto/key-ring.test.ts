import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { describe, it } from 'node:test'
import { createKeyFile, parseKeyFile } from './key-file.ts'
import { createKeyRing } from './key-ring.ts'
import { type KeySource, localKeySource } from './key-source.ts'
import { systemRandom } from './random.ts'
import { type Key, seal, unseal } from './seal.ts'

const newKey = () => parseKeyFile('key', createKeyFile(systemRandom), 0o600)

describe('key files', () => {
  it('S-04: a new file reads back as its key', () => {
    const text = createKeyFile((size) => new Uint8Array(size).fill(7))
    assert.match(text, /^openesc-key-v1 k_[0-9a-f]{16} [A-Za-z0-9+/]{43}=\n$/)
    const key = parseKeyFile('key', text, 0o600)
    assert.equal(key.id, text.split(' ')[1])
    assert.deepEqual(key.secret.export(), Buffer.alloc(32, 7))
  })

  it('S-05: empty, cut, altered and foreign files are refused by name, with nothing of the key', () => {
    const text = createKeyFile(systemRandom)
    const [header, id, encoded] = text.trim().split(' ') as [string, string, string]
    const flipped = (encoded[5] === 'A' ? 'B' : 'A') + encoded.slice(1)
    for (const [wrong, rule] of [
      ['', 'it is empty'],
      ['\n', 'it is empty'],
      [text.slice(0, 20), 'it is damaged or cut off'],
      [text.slice(0, -6), 'it is damaged or cut off'],
      [`${header} ${id} ${flipped}`, 'it is damaged or cut off'],
      [`${header} k_0000000000000000 ${encoded}`, 'it is damaged or cut off'],
      [`${text.trim()} more`, 'it is damaged or cut off'],
      [text.replace('v1', 'v2'), 'it does not begin with `openesc-key-v1`'],
      [encoded, 'it does not begin with `openesc-key-v1`'],
    ] as const) {
      assert.throws(
        () => parseKeyFile('/etc/openesc/key', wrong, 0o600),
        (error: Error) => {
          assert.equal(error.message, `key file \`/etc/openesc/key\`: ${rule}`)
          assert.equal(error.message.includes(encoded.slice(0, 8)), false)
          return true
        },
      )
    }
  })

  it('S-04: a file that others may read is refused with the mode it has', () => {
    const text = createKeyFile(systemRandom)
    for (const mode of [0o640, 0o604, 0o666, 0o100644]) {
      assert.throws(() => parseKeyFile('key', text, mode), {
        code: 'KEY_FILE_INVALID',
        message: `key file \`key\`: other users may read it (mode ${(mode & 0o777).toString(8)})`,
        hint: 'run `chmod 600 key`',
      })
    }
    assert.ok(parseKeyFile('key', text, 0o100400))
  })
})

const newSource = () => localKeySource(newKey(), systemRandom)
const ringOf = (first: KeySource, ...older: KeySource[]) => createKeyRing(first, older, systemRandom)

describe('key ring', () => {
  it('S-01: a data key opens what it sealed after being unwrapped', async () => {
    const ring = ringOf(newSource())
    const { key, wrapped } = await ring.createDataKey('d1', ['env'])
    const sealed = seal(key, ['x'], Buffer.from('hush'), systemRandom)
    const again = await ring.unwrap('d1', ['env'], wrapped, ring.keyId)
    assert.equal(Buffer.from(unseal(again, ['x'], sealed)).toString(), 'hush')
  })

  it('S-02: a wrapping is bound to the key id and its owner', async () => {
    const ring = ringOf(newSource())
    const { wrapped } = await ring.createDataKey('d1', ['env'])
    for (const [id, place] of [
      ['d2', ['env']],
      ['d1', ['env2']],
      ['d1', []],
    ] as const) {
      await assert.rejects(ring.unwrap(id, place, wrapped, ring.keyId), { code: 'VALUE_INTEGRITY' })
    }
  })

  it('S-04: a wrong key is told from damaged data', async () => {
    const key = newKey()
    const source = localKeySource(key, systemRandom)
    const check = await ringOf(source).check()
    await ringOf(source).verify(check)
    await ringOf(newSource(), source).verify(check)
    const other = ringOf(newSource())
    await assert.rejects(other.verify(check), {
      code: 'KEY_MISMATCH',
      message: `this store was sealed with key \`${key.id}\`; the configured source offers \`${other.keyId}\``,
    })
    const impostor: Key = { id: key.id, secret: createSecretKey(new Uint8Array(32)) }
    await assert.rejects(ringOf(localKeySource(impostor, systemRandom)).verify(check), {
      code: 'KEY_MISMATCH',
    })
  })

  it('S-06: rewrapping changes the wrapping and keeps the data key', async () => {
    const [before, after] = [newSource(), newSource()]
    const { key, wrapped } = await ringOf(before).createDataKey('d1', ['env'])
    const rewrapped = await ringOf(after, before).rewrap('d1', ['env'], wrapped, before.keyId)
    const alone = ringOf(after)
    const again = await alone.unwrap('d1', ['env'], rewrapped, after.keyId)
    assert.deepEqual(again.secret.export(), key.secret.export())
    await assert.rejects(alone.unwrap('d1', ['env'], wrapped, before.keyId), { code: 'KEY_MISMATCH' })
  })
})
