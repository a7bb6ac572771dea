import type { CheckedEnvironment } from '../client/index.ts'
import { encodeYaml } from '../syntax/index.ts'
import { decodeUtf8, type ExportedValue, type PropertyPath, stringifyJson, toJson } from '../value/index.ts'
import { checkedValue } from './checked.ts'
import { definitionAt, parseDefinition } from './definition-edit.ts'
import { valueAt } from './opened.ts'

/** The text of a definition, or of the member at a path, as it is shown: two spaces. Null when there is none. */
export function shownDefinition(source: Uint8Array, path: PropertyPath | null): string | null {
  const tree = parseDefinition(source)
  if (path === null) {
    const text = tree.kind === 'nothing' ? decodeUtf8(source) : encodeYaml(tree, { indent: 2 })
    return text.trim() === '' ? null : text
  }
  const node = definitionAt(tree, path)
  return node === null ? null : encodeYaml(node, { indent: 2 })
}

/** The value of a checked environment, or of its member at a path. Null when there is none. */
export function shownValue(
  checked: CheckedEnvironment,
  source: Uint8Array,
  path: PropertyPath | null,
): ExportedValue | null {
  if (isBlank(source)) return null
  const root = checkedValue(checked)
  return root === null || path === null ? root : valueAt(root, path)
}

/** A value as indented JSON without a final newline; secrets as `[secret]` unless they are to be shown. */
export function valueJson(value: ExportedValue, showSecrets: boolean): string {
  return stringifyJson(toJson(value, { redact: !showSecrets }), { indent: 2 })
}

/** Whether a definition holds nothing but blanks. */
export function isBlank(source: Uint8Array): boolean {
  return decodeUtf8(source).trim() === ''
}
