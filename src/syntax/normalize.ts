import { isLenientFloat } from './plain-text.ts'
import { resolveScalar } from './scalar.ts'
import type { YamlNode, YamlPair, YamlScalar } from './yaml-node.ts'

const coreTags = new Set(['!!str', '!!int', '!!float', '!!bool', '!!null', '!!timestamp'])

/**
 * The tree as the re-encoding of a definition prints it (language specification §12): no anchors, aliases and
 * missing values as `null`, texts that look like numbers or booleans in single quotes, foreign tags on scalars as
 * `!!str`.
 */
export function normalizeTree(node: YamlNode): YamlNode {
  switch (node.kind) {
    case 'scalar':
      return normalizeScalar(node)
    case 'mapping':
      return { ...node, anchor: '', pairs: node.pairs.map(normalizePair) }
    case 'sequence':
      return { ...node, anchor: '', items: node.items.map(normalizeTree) }
    case 'alias':
      return { ...plainNull, comments: node.comments, at: node.at }
    case 'nothing':
      return node
  }
}

const plainNull: YamlScalar = Object.freeze({
  kind: 'scalar',
  value: 'null',
  style: 'plain',
  tag: '',
  anchor: '',
  at: null,
  comments: Object.freeze({ head: '', line: '', foot: '' }),
})

function normalizePair({ key, value }: YamlPair): YamlPair {
  return { key: normalizeTree(key), value: normalizeTree(value) }
}

function normalizeScalar(node: YamlScalar): YamlScalar {
  const bare: YamlScalar = { ...node, anchor: '', tag: node.tag === '!' ? '' : node.tag }
  const isUntaggedNothing = bare.tag === '' && bare.style === 'plain' && bare.value === ''
  if (isUntaggedNothing) return { ...bare, value: 'null' }
  if (resolveScalar(node).kind !== 'string') return bare
  if (looksLikeOther(node.value)) return { ...bare, tag: '', style: 'single' }
  if (bare.tag === '' || coreTags.has(bare.tag)) return bare
  return { ...bare, tag: '!!str' }
}

function looksLikeOther(text: string): boolean {
  return text === 'true' || text === 'false' || isLenientFloat(text)
}
