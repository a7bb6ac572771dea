import type { PropertyPath } from '../value/index.ts'
import { mappingNode, noComments, plainNode, stringNode } from './make-node.ts'
import { resolveScalar } from './scalar.ts'
import type { YamlMapping, YamlNode, YamlScalar } from './yaml-node.ts'

/** What becomes of the argument of the secret at `path`, or `null` to leave it alone. */
export type SecretRewrite = (argument: YamlNode, path: PropertyPath) => Promise<YamlNode | null>

/**
 * The tree with the argument of every `fn::secret: …` mapping rewritten; the same tree when no argument was. The look is
 * purely syntactic (language specification §12). `path` is that of `node`.
 *
 * All secrets are asked about in one turn, in their order: who answers from elsewhere can answer them together.
 */
export async function rewriteSecrets(
  node: YamlNode,
  rewrite: SecretRewrite,
  path: PropertyPath = [],
): Promise<YamlNode> {
  const secrets = secretsIn(node, path)
  const answers = await Promise.all(secrets.map((secret) => rewrite(secret.argument, secret.path)))
  const rewritten = new Map<YamlNode, YamlNode>()
  for (const [index, answer] of answers.entries())
    if (answer !== null) rewritten.set(secrets[index]!.node, answer)
  return rewritten.size === 0 ? node : replaceIn(node, rewritten)
}

interface FoundSecret {
  readonly node: YamlNode
  readonly argument: YamlNode
  readonly path: PropertyPath
}

/** In the order of the text; a secret in another one's argument comes before that. */
function secretsIn(node: YamlNode, path: PropertyPath, found: FoundSecret[] = []): readonly FoundSecret[] {
  if (node.kind === 'sequence')
    for (const [index, item] of node.items.entries()) secretsIn(item, [...path, index], found)
  if (node.kind !== 'mapping') return found
  for (const { key, value } of node.pairs)
    if (value.kind !== 'scalar') secretsIn(value, [...path, keyText(key)], found)
  const only = node.pairs[0]
  if (only !== undefined && node.pairs.length === 1 && isString(only.key, 'fn::secret'))
    found.push({ node, argument: only.value, path })
  return found
}

function replaceIn(node: YamlNode, rewritten: ReadonlyMap<YamlNode, YamlNode>): YamlNode {
  if (node.kind === 'sequence') {
    const items = replaceEach(node.items, (item) => replaceIn(item, rewritten))
    return items === node.items ? node : { ...node, items }
  }
  if (node.kind !== 'mapping') return node
  const argument = rewritten.get(node)
  const pairs = replaceEach(node.pairs, (pair) => {
    const value = argument ?? replaceIn(pair.value, rewritten)
    return value === pair.value ? pair : { key: pair.key, value }
  })
  return pairs === node.pairs ? node : { ...node, pairs }
}

/** A key as a step of a path; the language admits none that is no text. */
export function keyText(key: YamlNode): string {
  return key.kind === 'scalar' ? key.value : ''
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

/** A sealed secret's argument as it is, with a remark behind the ciphertext. */
export function remarked(argument: YamlNode, ciphertext: YamlScalar, remark: string): YamlNode {
  if (argument.kind !== 'mapping') return argument
  const value: YamlScalar = { ...ciphertext, comments: { ...ciphertext.comments, line: `# ${remark}` } }
  return { ...argument, pairs: [{ key: argument.pairs[0]!.key, value }] }
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

function replaceEach<T>(list: readonly T[], replace: (item: T) => T): readonly T[] {
  let changed: T[] | null = null
  for (const [i, item] of list.entries()) {
    const next = replace(item)
    if (next === item) continue
    changed ??= list.slice()
    changed[i] = next
  }
  return changed ?? list
}
