// Pairs of whole documents, `<name>.plaintext.yaml` and `<name>.ciphertext.yaml`, sealed with a byte rotation.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type SecretCrypter, sealSecrets, unsealSecrets } from '../../src/syntax/index.ts'
import { firstDifference } from './first-difference.ts'
import type { CaseResult, Suite } from './suite.ts'

const rotate = async (bytes: Uint8Array): Promise<Uint8Array> => bytes.map((byte) => (byte + 128) & 0xff)

/** Adds 128 to every byte, in both directions. */
export const rot128: SecretCrypter = { encrypt: rotate, decrypt: rotate }

const ending = '.plaintext.yaml'

/** Seals each plaintext document and opens the result again, both compared byte for byte. */
export const suite: Suite = async function* (path, { only }) {
  const files = (await readdir(path)).filter((file) => file.endsWith(ending)).sort()
  for (const file of files) {
    const name = file.slice(0, -ending.length)
    if (only === undefined || only === name) yield await runCase(path, name)
  }
}

async function runCase(folder: string, name: string): Promise<CaseResult> {
  try {
    const plaintext = await readFile(join(folder, `${name}${ending}`))
    const ciphertext = await readFile(join(folder, `${name}.ciphertext.yaml`), 'utf8')
    const sealed = await sealSecrets(name, plaintext, rot128)
    const opened = await unsealSecrets(name, sealed.source, rot128)
    const difference =
      described('sealing', ciphertext, sealed.source) ??
      described('opening', plaintext.toString('utf8'), opened.source)
    return difference === undefined ? { name, passed: true } : { name, passed: false, difference }
  } catch (error) {
    return { name, passed: false, difference: String(error) }
  }
}

function described(step: string, wanted: string, got: Uint8Array): string | undefined {
  const difference = firstDifference(wanted, Buffer.from(got).toString('utf8'))
  return difference === undefined ? undefined : `${step}, ${difference}`
}
