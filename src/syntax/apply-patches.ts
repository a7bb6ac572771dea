import { AppError } from '../diag/index.ts'
import { type ExportedValue, encodeUtf8, parsePropertyPath } from '../value/index.ts'
import { setAt } from './edit.ts'
import { encodeYaml } from './encode.ts'
import { parseYaml } from './parse.ts'
import { yamlFromValue } from './yaml-from-value.ts'

/** A document path and what replaces the value there. */
export interface ValuePatch {
  readonly docPath: string
  readonly replacement: ExportedValue
}

/**
 * The definition's text with the patches of a rotation applied, in order (language specification §13.6). Secrets are
 * in plaintext: seal the result before it is stored.
 *
 * @throws AppError PATH_MISMATCH or PATH_INVALID for a path that leads nowhere, REQUEST_INVALID for malformed YAML
 */
export function applyPatches(source: Uint8Array, patches: Iterable<ValuePatch>): Uint8Array {
  const { tree, problem } = parseYaml(source)
  if (tree === null)
    throw new AppError('REQUEST_INVALID', { what: problem ?? '', hint: 'correct the definition' })
  let edited = tree
  for (const { docPath, replacement } of patches) {
    edited = setAt(edited, parsePropertyPath(docPath), yamlFromValue(replacement))
  }
  return encodeUtf8(encodeYaml(edited, { indent: 4 }))
}
