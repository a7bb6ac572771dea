import { byteLength, encodeBase64, encodeUtf8 } from '../value/index.ts'
import { isMultiline } from './encode-text.ts'
import { noComments } from './make-node.ts'
import { readsAsString } from './plain-text.ts'
import type { ScalarStyle, YamlMapping, YamlNode, YamlScalar, YamlSequence } from './yaml-node.ts'

/** The longest key, in bytes, that is written without a `?`. */
const longestSimpleKey = 128

/** The text to print and the style to print it in, before the place has its say; stray bytes print as base64. */
export function scalarText(node: YamlScalar): { value: string; wanted: ScalarStyle } {
  if (!node.value.isWellFormed()) return { value: encodeBase64(encodeUtf8(node.value)), wanted: 'plain' }
  if (node.style !== '' && node.style !== 'plain') return { value: node.value, wanted: node.style }
  if (node.value.includes('\n')) return { value: node.value, wanted: 'literal' }
  const asIs = node.style === 'plain' || readsAsString(node.value)
  return { value: node.value, wanted: asIs ? 'plain' : 'double' }
}

/** Whether the scalar is a value that was left out. */
export function isImplicitNull(node: YamlScalar): boolean {
  return node.value === '' && node.style === 'plain' && (node.tag === '' || node.tag === '!')
}

/** Whether the node holds others. */
export function isContainer(node: YamlNode): node is YamlMapping | YamlSequence {
  return node.kind === 'mapping' || node.kind === 'sequence'
}

/** How many entries or items there are. */
export function sizeOf(node: YamlMapping | YamlSequence): number {
  return node.kind === 'mapping' ? node.pairs.length : node.items.length
}

/** Whether the key needs no `?`: it stays on one line and is not too long. */
export function isSimpleKey(key: YamlNode): boolean {
  if (isContainer(key)) return sizeOf(key) === 0
  if (key.kind !== 'scalar') return true
  if (isMultiline(key.value)) return false
  return byteLength(key.value) + byteLength(key.tag) + byteLength(key.anchor) <= longestSimpleKey
}

/** A key's comments have places of their own: behind its value's start, and below its value. */
export function withoutComments(key: YamlNode): YamlNode {
  return { ...key, comments: noComments }
}

/** A tag as it is written. */
export function tagText(tag: string): string {
  return tag.startsWith('!') ? tag : `!<${tag}>`
}
