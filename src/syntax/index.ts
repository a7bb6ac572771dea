export { formatPropertyPath, type PropertyPath, parsePropertyPath } from '../value/index.ts'
export { applyPatches, type ValuePatch } from './apply-patches.ts'
export { type DecodedYaml, decodeYaml } from './decode.ts'
export { deleteAt, getAt, setAt } from './edit.ts'
export { encodeYaml } from './encode.ts'
export { mappingNode, nothingNode, plainNode, sequenceNode, stringNode } from './make-node.ts'
export { indexPath, joinKey } from './node-path.ts'
export { type ParsedYaml, parseYaml } from './parse.ts'
export { plainData } from './plain-data.ts'
export { resolvePlain, resolveScalar, type ScalarValue } from './scalar.ts'
export {
  reencodeYaml,
  resealSecrets,
  type SealedSecret,
  type SealResult,
  type SecretCrypter,
  sealedSecrets,
  sealSecrets,
  unsealSecrets,
} from './seal.ts'
export { sealedBytes, sealedLength } from './sealed-bytes.ts'
export { ciphertextIn } from './secret-node.ts'
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
export { yamlFromPlain, yamlFromValue } from './yaml-from-value.ts'
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
