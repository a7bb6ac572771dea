import { AppError } from '../diag/index.ts'
import { formatPropertyPath, type PropertyPath } from '../value/index.ts'
import { mappingNode, noComments, nothingNode, sequenceNode, stringNode } from './make-node.ts'
import type { YamlMapping, YamlNode, YamlPair, YamlScalar, YamlSequence } from './yaml-node.ts'

/** The node at a path, or `null` when there is none (language specification §13.2). */
export function getAt(tree: YamlNode, path: PropertyPath): YamlNode | null {
  let node: YamlNode | undefined = tree
  for (const element of path) {
    if (node.kind === 'sequence' && typeof element === 'number') node = node.items[element]
    else if (node.kind === 'mapping' && typeof element === 'string') {
      node = node.pairs[indexOfKey(node, element)]?.value
    } else return null
    if (node === undefined) return null
  }
  return node
}

/**
 * The tree with `node` at `path` (§13.3): what stood there gives its style and its comments, what is missing is
 * made, new entries go to the end.
 *
 * @throws AppError PATH_MISMATCH when an element of the path does not fit what stands there
 */
export function setAt(tree: YamlNode, path: PropertyPath, node: YamlNode): YamlNode {
  return setBelow(tree, path, 0, node)
}

/**
 * The tree without what stands at `path` (§13.4); the same tree when there is nothing.
 *
 * @throws AppError PATH_MISMATCH as for `setAt`, and for the empty path
 */
export function deleteAt(tree: YamlNode, path: PropertyPath): YamlNode {
  if (path.length === 0)
    throw new AppError('PATH_MISMATCH', { what: 'path must contain at least one element' })
  return deleteBelow(tree, path, 0)
}

function setBelow(node: YamlNode, path: PropertyPath, depth: number, value: YamlNode): YamlNode {
  const element = path[depth]
  if (element === undefined) return replaced(node, value)
  const parent = node.kind === 'nothing' ? emptyFor(element) : node
  if (parent.kind === 'sequence') {
    const index = indexIn(path, depth, parent.items.length)
    const item = setBelow(parent.items[index] ?? nothingNode, path, depth + 1, value)
    return { ...parent, items: withAt(parent.items, index, item) }
  }
  if (parent.kind === 'mapping') {
    const key = keyIn(path, depth)
    const index = indexOfKey(parent, key)
    if (index < 0) return appended(parent, key, setBelow(nothingNode, path, depth + 1, value))
    const pair = parent.pairs[index]!
    const changed = { key: pair.key, value: setBelow(pair.value, path, depth + 1, value) }
    return { ...parent, pairs: withAt(parent.pairs, index, changed) }
  }
  throw mismatch(path, depth, 'expected an array or an object')
}

function deleteBelow(node: YamlNode, path: PropertyPath, depth: number): YamlNode {
  const element = path[depth]!
  const isLast = depth === path.length - 1
  const parent = node.kind === 'nothing' ? emptyFor(element) : node
  if (parent.kind === 'sequence') {
    const index = indexIn(path, depth, parent.items.length - 1)
    if (isLast) return { ...parent, items: parent.items.toSpliced(index, 1) }
    return {
      ...parent,
      items: withAt(parent.items, index, deleteBelow(parent.items[index]!, path, depth + 1)),
    }
  }
  if (parent.kind === 'mapping') {
    const index = indexOfKey(parent, keyIn(path, depth))
    if (index < 0) return node
    if (isLast) return { ...parent, pairs: parent.pairs.toSpliced(index, 1) }
    const pair = parent.pairs[index]!
    const changed = { key: pair.key, value: deleteBelow(pair.value, path, depth + 1) }
    return { ...parent, pairs: withAt(parent.pairs, index, changed) }
  }
  throw mismatch(path, depth, 'expected an array or an object')
}

function emptyFor(element: string | number): YamlMapping | YamlSequence {
  return typeof element === 'number' ? sequenceNode([]) : mappingNode([])
}

/** A new last entry; an empty `{}` opens into a block first. */
function appended(mapping: YamlMapping, key: string, value: YamlNode): YamlMapping {
  const pair: YamlPair = { key: stringNode(key), value }
  return { ...mapping, flow: mapping.flow && mapping.pairs.length > 0, pairs: [...mapping.pairs, pair] }
}

/** The new node in the dress of the old one. */
function replaced(old: YamlNode, value: YamlNode): YamlNode {
  const { comments, at } = old
  switch (value.kind) {
    case 'scalar':
      return { ...restyled(value, old), comments, at }
    case 'mapping':
    case 'sequence':
      return { ...value, flow: (old.kind === 'mapping' || old.kind === 'sequence') && old.flow, comments, at }
    default:
      return { ...value, comments, at }
  }
}

/** A string loses its own quotes and takes the old style; in plain style it is quoted again only where it must be. */
function restyled(value: YamlScalar, old: YamlNode): YamlScalar {
  const isString = value.style !== 'plain' || value.tag === '!!str'
  const tag = value.tag === '!!str' || value.tag === '!' ? '' : value.tag
  const isDressed = old.kind === 'scalar' && old.style !== 'plain' && old.style !== ''
  const style = isDressed ? old.style : isString && tag === '' ? '' : 'plain'
  return { ...value, tag, style, comments: noComments }
}

function withAt<T>(list: readonly T[], index: number, item: T): T[] {
  const copy = list.slice()
  copy[index] = item
  return copy
}

function indexOfKey(mapping: YamlMapping, key: string): number {
  return mapping.pairs.findIndex((pair) => pair.key.kind === 'scalar' && pair.key.value === key)
}

function indexIn(path: PropertyPath, depth: number, largest: number): number {
  const index = path[depth]!
  if (typeof index !== 'number') throw mismatch(path, depth, 'key for an array must be an int')
  if (index < 0 || index > largest) throw mismatch(path, depth, 'array index out of range')
  return index
}

function keyIn(path: PropertyPath, depth: number): string {
  const key = path[depth]!
  if (typeof key !== 'string') throw mismatch(path, depth, 'key for a map must be a string')
  return key
}

function mismatch(path: PropertyPath, depth: number, rule: string): AppError {
  return new AppError('PATH_MISMATCH', { what: `${formatPropertyPath(path.slice(0, depth + 1))}: ${rule}` })
}
