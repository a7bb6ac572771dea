import type {
  ScalarStyle,
  YamlComments,
  YamlMapping,
  YamlNode,
  YamlNothing,
  YamlPair,
  YamlScalar,
  YamlSequence,
} from './yaml-node.ts'

/** No comments at all. */
export const noComments: YamlComments = Object.freeze({ head: '', line: '', foot: '' })

const bare = { comments: noComments, tag: '', anchor: '', at: null } as const

/** A string that stands in no text yet; without a style the printer picks the plainest legal one. */
export function stringNode(value: string, style: ScalarStyle | '' = ''): YamlScalar {
  return { kind: 'scalar', value, style, ...bare }
}

/** A scalar whose text says what it is: `null`, `true`, `5`. */
export function plainNode(text: string): YamlScalar {
  return { kind: 'scalar', value: text, style: 'plain', ...bare }
}

/** A mapping in block style. */
export function mappingNode(pairs: readonly YamlPair[]): YamlMapping {
  return { kind: 'mapping', flow: false, pairs, ...bare }
}

/** A sequence in block style. */
export function sequenceNode(items: readonly YamlNode[]): YamlSequence {
  return { kind: 'sequence', flow: false, items, ...bare }
}

/** The empty document. */
export const nothingNode: YamlNothing = Object.freeze({ kind: 'nothing', ...bare })
