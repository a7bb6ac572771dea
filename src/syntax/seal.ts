import { decodeEnvelope, encodeEnvelope } from '../crypto/envelope.ts'
import { AppError, type Diagnostic, errorAt, hasErrors } from '../diag/index.ts'
import { DecodeError, decodeUtf8, encodeUtf8 } from '../value/index.ts'
import { decodeYaml } from './decode.ts'
import { encodeYaml } from './encode.ts'
import { normalizeTree } from './normalize.ts'
import { parseYaml } from './parse.ts'
import { ciphertextIn, ciphertextNode, plaintextNode, rewriteSecrets, textOf } from './secret-node.ts'
import type { YamlNode } from './yaml-node.ts'

/** Turns plaintext bytes into ciphertext bytes and back. What it throws is thrown on. */
export interface SecretCrypter {
  encrypt(plaintext: Uint8Array): Promise<Uint8Array>
  decrypt(ciphertext: Uint8Array): Promise<Uint8Array>
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
    rewriteSecrets(tree, async (argument) => {
      const plaintext = textOf(argument)
      if (plaintext === null) return null
      const ciphertext = await crypter.encrypt(encodeUtf8(plaintext))
      return ciphertextNode(argument, encodeEnvelope(ciphertext))
    }),
  )
}

/**
 * Opens every sealed `fn::secret` below `values` (§12, DecryptSecrets); sealed secrets elsewhere are left alone.
 *
 * @throws AppError CIPHERTEXT_INVALID when a ciphertext is no envelope
 */
export async function unsealSecrets(
  environment: string,
  source: Uint8Array,
  crypter: Pick<SecretCrypter, 'decrypt'>,
): Promise<SealResult> {
  const unseal = (node: YamlNode): Promise<YamlNode> =>
    rewriteSecrets(node, async (argument) => {
      const ciphertext = ciphertextIn(argument)
      if (ciphertext === null) return null
      const plaintext = await crypter.decrypt(openEnvelope(ciphertext.value))
      return plaintextNode(ciphertext, decodeUtf8(plaintext))
    })
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

function openEnvelope(text: string): Uint8Array {
  try {
    return decodeEnvelope(text)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    throw new AppError('CIPHERTEXT_INVALID', { detail: error.message }, { cause: error })
  }
}
