import { decodeEnvelope, encodeEnvelope } from '../crypto/envelope.ts'
import { AppError, type Diagnostic, errorAt, hasErrors } from '../diag/index.ts'
import { DecodeError, decodeUtf8, encodeUtf8, type PropertyPath } from '../value/index.ts'
import { decodeYaml } from './decode.ts'
import { encodeYaml } from './encode.ts'
import { normalizeTree } from './normalize.ts'
import { parseYaml } from './parse.ts'
import {
  ciphertextIn,
  ciphertextNode,
  plaintextNode,
  remarked,
  rewriteSecrets,
  textOf,
} from './secret-node.ts'
import type { YamlNode } from './yaml-node.ts'

/**
 * Turns plaintext bytes into ciphertext bytes and back; `path` is where the `fn::secret` stands, from the document's root,
 * its own keys in lower case. What it throws is thrown on.
 */
export interface SecretCrypter {
  encrypt(plaintext: Uint8Array, path: PropertyPath): Promise<Uint8Array>
  decrypt(ciphertext: Uint8Array, path: PropertyPath): Promise<Uint8Array>
}

/** A text with its secrets rewritten. */
export interface SealResult {
  /** The new text when a secret was rewritten, else the very bytes that were given. */
  readonly source: Uint8Array
  readonly changed: boolean
  /** Errors of the YAML, before or after; then nothing was rewritten. */
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Seals every plaintext `fn::secret` of a definition (language specification §12, EncryptSecrets). The whole text is
 * printed anew in its normal form, but only when there was a secret to seal.
 */
export async function sealSecrets(
  environment: string,
  source: Uint8Array,
  crypter: Pick<SecretCrypter, 'encrypt'>,
): Promise<SealResult> {
  return rewriteSource(environment, source, (tree) =>
    rewriteSecrets(tree, async (argument, path) => {
      const plaintext = textOf(argument)
      if (plaintext === null) return null
      const ciphertext = await crypter.encrypt(encodeUtf8(plaintext), fromRoot(path))
      return ciphertextNode(argument, encodeEnvelope(ciphertext))
    }),
  )
}

/**
 * Puts other ciphertexts in the place of sealed secrets; `reseal` gives the new one, or `null` to keep the very bytes. The
 * text around them stays as it is, unless a ciphertext stands in it twice or over several lines.
 *
 * @throws AppError CIPHERTEXT_INVALID when a ciphertext is no envelope
 */
export async function resealSecrets(
  environment: string,
  source: Uint8Array,
  reseal: (ciphertext: Uint8Array, path: PropertyPath) => Promise<Uint8Array | null>,
): Promise<SealResult> {
  const replaced: (readonly [string, string])[] = []
  const result = await rewriteSource(environment, source, (tree) =>
    rewriteSecrets(tree, async (argument, written) => {
      const path = fromRoot(written)
      const ciphertext = ciphertextIn(argument)
      if (ciphertext === null) return null
      // What is no envelope can stand only where nothing looks at it.
      const envelope = path[0] === 'values' ? openEnvelope(ciphertext.value) : looseEnvelope(ciphertext.value)
      const sealed = envelope && (await reseal(envelope, path))
      if (sealed === null) return null
      const text = encodeEnvelope(sealed)
      replaced.push([ciphertext.value, text])
      return ciphertextNode(ciphertext, text)
    }),
  )
  if (!result.changed) return result
  const inPlace = replacedOnce(Buffer.from(source).toString('latin1'), replaced)
  return inPlace === null ? result : { ...result, source: Uint8Array.from(Buffer.from(inPlace, 'latin1')) }
}

/** `null` when one of the texts does not stand there exactly once. */
function replacedOnce(text: string, pairs: readonly (readonly [string, string])[]): string | null {
  let now = text
  for (const [before, after] of pairs) {
    const [head, tail, ...more] = now.split(before)
    if (head === undefined || tail === undefined || more.length > 0) return null
    now = `${head}${after}${tail}`
  }
  return now
}

/** A sealed secret of a text, and where its `fn::secret` stands. */
export interface SealedSecret {
  readonly path: PropertyPath
  readonly ciphertext: Uint8Array
}

/** Every sealed secret of a text, in its order; none when it is no YAML. What is no envelope is left out. */
export async function sealedSecrets(source: Uint8Array): Promise<readonly SealedSecret[]> {
  const found: SealedSecret[] = []
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.length)
  // A backslash may be part of the key's spelling.
  if (!bytes.includes('ciphertext') && !bytes.includes('\\')) return found
  const { tree } = decodeYaml('', source)
  if (tree === null) return found
  await rewriteSecrets(tree, async (argument, path) => {
    const ciphertext = ciphertextIn(argument)
    if (ciphertext === null) return null
    const envelope = looseEnvelope(ciphertext.value)
    if (envelope !== null) found.push({ path: fromRoot(path), ciphertext: envelope })
    return null
  })
  return found
}

/** The document's own keys are matched without regard to case (§1.1). */
function fromRoot([root, ...rest]: PropertyPath): PropertyPath {
  return root === undefined ? [] : [typeof root === 'string' ? root.toLowerCase() : root, ...rest]
}

/**
 * Opens every sealed `fn::secret` below `values` (§12, DecryptSecrets); sealed secrets elsewhere are left alone.
 *
 * `unopened` may keep one that does not open as it is, with what it gives as a comment behind it.
 *
 * @throws AppError CIPHERTEXT_INVALID when a ciphertext is no envelope
 */
export async function unsealSecrets(
  environment: string,
  source: Uint8Array,
  crypter: Pick<SecretCrypter, 'decrypt'>,
  unopened: (error: unknown) => string | null = () => null,
): Promise<SealResult> {
  const unseal = (node: YamlNode): Promise<YamlNode> =>
    rewriteSecrets(
      node,
      async (argument, path) => {
        const ciphertext = ciphertextIn(argument)
        if (ciphertext === null) return null
        const sealed = openEnvelope(ciphertext.value)
        try {
          return plaintextNode(ciphertext, decodeUtf8(await crypter.decrypt(sealed, path)))
        } catch (error) {
          const why = unopened(error)
          if (why === null) throw error
          return remarked(argument, ciphertext, why)
        }
      },
      ['values'],
    )
  return rewriteSource(environment, source, (tree) => belowValues(tree, unseal))
}

/** The normal form of a definition: the first document, indent 2 (§12). */
export function reencodeYaml(tree: YamlNode): string {
  return encodeYaml(normalizeTree(tree), { indent: 2 })
}

async function rewriteSource(
  environment: string,
  source: Uint8Array,
  rewrite: (tree: YamlNode) => Promise<YamlNode>,
): Promise<SealResult> {
  const { tree, diagnostics } = decodeYaml(environment, source)
  if (tree === null || hasErrors(diagnostics)) return { source, changed: false, diagnostics }
  const rewritten = await rewrite(tree)
  if (rewritten === tree) return { source, changed: false, diagnostics }
  const printed = encodeUtf8(reencodeYaml(rewritten))
  // A sealed secret nests one level deeper, which a text at the limit of depth cannot take: better refused than lost.
  const { problem } = parseYaml(printed)
  if (problem !== null)
    return { source, changed: false, diagnostics: [...diagnostics, errorAt(null, problem)] }
  return { source: printed, changed: true, diagnostics }
}

async function belowValues(tree: YamlNode, unseal: (node: YamlNode) => Promise<YamlNode>): Promise<YamlNode> {
  if (tree.kind !== 'mapping') return tree
  let changed = false
  const pairs = []
  for (const pair of tree.pairs) {
    // The document's own keys are matched without regard to case (§1.1).
    const isValues = textOf(pair.key)?.toLowerCase() === 'values'
    const value = isValues ? await unseal(pair.value) : pair.value
    changed ||= value !== pair.value
    pairs.push(value === pair.value ? pair : { key: pair.key, value })
  }
  return changed ? { ...tree, pairs } : tree
}

function looseEnvelope(text: string): Uint8Array | null {
  try {
    return decodeEnvelope(text)
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}

function openEnvelope(text: string): Uint8Array {
  try {
    return decodeEnvelope(text)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    throw new AppError('CIPHERTEXT_INVALID', { detail: error.message }, { cause: error })
  }
}
