import { mappingNode, plainNode, sequenceNode, stringNode, type YamlNode } from '../syntax/index.ts'
import { recordNode } from './definition-edit.ts'

/** What a member of a provider's inputs may be. Empty texts and lists are left out. */
export type BlockValue = string | readonly string[] | true | YamlNode | undefined

/** A record of a provider's inputs, members in their order, empty ones left out. */
export function block(entries: Readonly<Record<string, BlockValue>>): YamlNode {
  const nodes = Object.entries(entries).flatMap(([key, value]): (readonly [string, YamlNode])[] => {
    const node = nodeOf(value)
    return node === null ? [] : [[key, node]]
  })
  return nodes.length === 0 ? mappingNode([]) : recordNode(nodes)
}

function nodeOf(value: BlockValue): YamlNode | null {
  if (value === undefined || value === '') return null
  if (value === true) return plainNode('true')
  if (typeof value === 'string') return stringNode(value)
  if (!('kind' in value))
    return value.length === 0 ? null : sequenceNode(value.map((item) => stringNode(item)))
  return value
}

/** `{fn::secret: text}`; nothing for an empty text. */
export function secretNode(value: string): YamlNode | undefined {
  return value === '' ? undefined : recordNode([['fn::secret', stringNode(value)]])
}

/** A whole number as it was typed. */
export function numberNode(value: string): YamlNode {
  return plainNode(value)
}
