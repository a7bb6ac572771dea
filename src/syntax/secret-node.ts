import { mappingNode, noComments, plainNode, stringNode } from './make-node.ts'
import { resolveScalar } from './scalar.ts'
import type { YamlMapping, YamlNode, YamlScalar } from './yaml-node.ts'

/** What one walk over a tree makes of a secret's argument, or `null` to leave it alone. */
export type SecretRewrite = (argument: YamlNode) => Promise<YamlNode | null>

/**
 * The tree with the argument of every `fn::secret: …` mapping rewritten, innermost first; the same tree when no
 * argument was. The look is purely syntactic (language specification §12).
 */
export async function rewriteSecrets(node: YamlNode, rewrite: SecretRewrite): Promise<YamlNode> {
  if (node.kind === 'sequence') {
    const items = await rewriteEach(node.items, (item) => rewriteSecrets(item, rewrite))
    return items === node.items ? node : { ...node, items }
  }
  if (node.kind !== 'mapping') return node
  const pairs = await rewriteEach(node.pairs, async (pair) => {
    const value = await rewriteSecrets(pair.value, rewrite)
    return value === pair.value ? pair : { key: pair.key, value }
  })
  const walked = pairs === node.pairs ? node : { ...node, pairs }
  const only = walked.pairs[0]
  if (only === undefined || walked.pairs.length > 1 || !isString(only.key, 'fn::secret')) return walked
  const argument = await rewrite(only.value)
  return argument === null ? walked : { ...walked, pairs: [{ key: only.key, value: argument }] }
}

/** The text of a scalar that is a string, else `null`. */
export function textOf(node: YamlNode): string | null {
  if (node.kind !== 'scalar') return null
  const resolved = resolveScalar(node)
  return resolved.kind === 'string' ? resolved.value : null
}

/** `{ciphertext: …}`, with the comments of the plaintext on the ciphertext. */
export function ciphertextNode(plaintext: YamlNode, ciphertext: string): YamlMapping {
  const value: YamlScalar = { ...plainNode(ciphertext), comments: plaintext.comments }
  return mappingNode([{ key: plainNode('ciphertext'), value }])
}

/** The ciphertext of `{ciphertext: <string>}`, or `null` for any other node. */
export function ciphertextIn(node: YamlNode): YamlScalar | null {
  if (node.kind !== 'mapping' || node.pairs.length !== 1) return null
  const { key, value } = node.pairs[0]!
  return isString(key, 'ciphertext') && value.kind === 'scalar' && textOf(value) !== null ? value : null
}

/** The plaintext in the dress of the ciphertext that it was. */
export function plaintextNode(ciphertext: YamlScalar, plaintext: string): YamlScalar {
  const { style, tag, comments } = ciphertext
  // In plain style a text may look like a number: then it is quoted, for it was a string.
  const dressed = stringNode(plaintext, style === 'plain' && tag === '' ? '' : style)
  return { ...dressed, tag, comments: comments ?? noComments }
}

function isString(node: YamlNode, text: string): boolean {
  return textOf(node) === text
}

async function rewriteEach<T>(list: readonly T[], rewrite: (item: T) => Promise<T>): Promise<readonly T[]> {
  let changed: T[] | null = null
  for (const [i, item] of list.entries()) {
    const next = await rewrite(item)
    if (next === item) continue
    changed ??= list.slice()
    changed[i] = next
  }
  return changed ?? list
}
