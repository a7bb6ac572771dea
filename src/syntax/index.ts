export { type DecodedYaml, decodeYaml } from './decode.ts'
export { indexPath, joinKey } from './node-path.ts'
export { type ParsedYaml, parseYaml } from './parse.ts'
export { resolvePlain, resolveScalar, type ScalarValue } from './scalar.ts'
export { subRange } from './sub-range.ts'
export type {
  ArrayNode,
  BooleanNode,
  NullNode,
  NumberNode,
  ObjectEntry,
  ObjectNode,
  StringNode,
  SyntaxNode,
} from './syntax-node.ts'
export type {
  ScalarStyle,
  YamlAlias,
  YamlComments,
  YamlMapping,
  YamlNode,
  YamlNothing,
  YamlPair,
  YamlScalar,
  YamlSequence,
} from './yaml-node.ts'
