import {
  deleteAt,
  encodeYaml,
  getAt,
  mappingNode,
  nothingNode,
  parseYaml,
  setAt,
  stringNode,
  type YamlNode,
} from '../syntax/index.ts'
import { encodeUtf8, type PropertyPath } from '../value/index.ts'
import { Failure } from './failure.ts'

/** The formatting tree of a definition; an empty text gives a node of kind `nothing`. */
export function parseDefinition(source: Uint8Array): YamlNode {
  const { tree, problem } = parseYaml(source)
  if (problem !== null) throw new Failure(`unmarshaling environment definition: ${problem}`)
  return tree ?? nothingNode
}

/** The text of a tree as it is written back: four spaces. */
export function encodeDefinition(tree: YamlNode): Uint8Array {
  return encodeUtf8(encodeYaml(tree, { indent: 4 }))
}

/** The node that a path of `get`, `set` or `rm` means; null when there is none. */
export function definitionAt(tree: YamlNode, path: PropertyPath): YamlNode | null {
  return getAt(tree, path[0] === 'imports' ? path : ['values', ...path]) ?? null
}

/** The tree with a node set below `values`, or below the root for `imports…`. Missing parents are made. */
export function setInDefinition(tree: YamlNode, path: PropertyPath, node: YamlNode): YamlNode {
  if (path[0] === 'imports') return setAt(tree, path, node)
  const values = getAt(tree, ['values'])
  const target = values ?? mappingNode([])
  const root = values === null ? setAt(tree, ['values'], target) : tree
  return replaceMember(root, 'values', setAt(target, path, node))
}

/**
 * The tree without the node at a path; null when there is nothing to delete from. A path that starts with `imports` is
 * of the root, unless the values have an entry of that name.
 */
export function deleteInDefinition(tree: YamlNode, path: PropertyPath): YamlNode | null {
  const values = getAt(tree, ['values'])
  const inValues = values !== null && (path[0] !== 'imports' || getAt(values, ['imports']) !== null)
  if (inValues) return replaceMember(tree, 'values', deleteAt(values, path))
  if (path[0] === 'imports' && getAt(tree, ['imports']) !== null) return deleteAt(tree, path)
  return null
}

/** A mapping with another value under a key that it has; style and comments of the rest stay. */
function replaceMember(tree: YamlNode, key: string, value: YamlNode): YamlNode {
  if (tree.kind !== 'mapping') return tree
  const at = tree.pairs.findIndex((pair) => pair.key.kind === 'scalar' && pair.key.value === key)
  return { ...tree, pairs: tree.pairs.map((pair, index) => (index === at ? { ...pair, value } : pair)) }
}

/** A mapping of made entries, in their order. */
export function recordNode(entries: readonly (readonly [string, YamlNode])[]): YamlNode {
  return mappingNode(entries.map(([key, value]) => ({ key: stringNode(key), value })))
}
