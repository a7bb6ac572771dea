import {
  compareBytes,
  type ExportedRecord,
  type ExportedValue,
  isExportedRecord,
  NumberText,
  type PlainValue,
  stringifyJson,
  toJson,
} from '../value/index.ts'
import { mappingNode, plainNode, sequenceNode, stringNode } from './make-node.ts'
import { readsAsString, readsAsYaml11Value } from './plain-text.ts'
import type { YamlNode, YamlScalar } from './yaml-node.ts'

/**
 * The YAML of an exported value, secrets wrapped in `fn::secret` (language specification §13.6): a secret that is no
 * string becomes the JSON of its value, decoded by `fn::fromJSON`. Keys are sorted; null and unknown are `null`.
 */
export function yamlFromValue(value: ExportedValue): YamlNode {
  if (value.unknown && !value.secret) return plainNode('null')
  if (value.secret) return secret(value)
  const data = value.value ?? null
  if (isExportedRecord(data ?? undefined)) {
    const record = data as ExportedRecord
    return mappingFrom(Object.keys(record), (key) => yamlFromValue(record[key]!))
  }
  if (Array.isArray(data)) return sequenceNode(data.map(yamlFromValue))
  return scalarFrom(data as PlainValue)
}

/** How a plain value is written. */
export interface PlainOptions {
  /** How numbers are written: as numbers, or (when absent) as strings, for their text is all that is known of them. */
  readonly numbers?: 'number' | 'string'
}

/** The YAML of a plain value, keys sorted, strings quoted where some reader would take them for something else. */
export function yamlFromPlain(value: PlainValue, options: PlainOptions = {}): YamlNode {
  if (Array.isArray(value)) return sequenceNode(value.map((item) => yamlFromPlain(item, options)))
  if (value instanceof NumberText && options.numbers === 'number') return plainNode(value.text)
  if (typeof value !== 'object' || value === null || value instanceof NumberText) return scalarFrom(value)
  const record = value as { readonly [key: string]: PlainValue }
  return mappingFrom(Object.keys(record), (key) => yamlFromPlain(record[key]!, options))
}

function secret(value: ExportedValue): YamlNode {
  const call = (name: string, argument: YamlNode): YamlNode =>
    mappingNode([{ key: stringNode(name), value: argument }])
  if (typeof value.value === 'string') return call('fn::secret', textNode(value.value))
  const json = stringifyJson(value.unknown ? null : toJson(value, { redact: false }))
  return call('fn::fromJSON', call('fn::secret', textNode(json)))
}

function mappingFrom(keys: string[], build: (key: string) => YamlNode): YamlNode {
  keys.sort(compareBytes)
  return mappingNode(keys.map((key) => ({ key: textNode(key), value: build(key) })))
}

function scalarFrom(value: PlainValue): YamlScalar {
  if (value === null) return plainNode('null')
  if (typeof value === 'boolean') return plainNode(String(value))
  return textNode(String(value))
}

/** A string, in double quotes when some reader of YAML would take its plain form for something else. */
function textNode(text: string): YamlScalar {
  return stringNode(text, readsAsString(text) && !readsAsYaml11Value(text) ? '' : 'double')
}
