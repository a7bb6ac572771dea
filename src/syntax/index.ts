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
