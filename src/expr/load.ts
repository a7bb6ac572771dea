import type { Diagnostic } from '../diag/index.ts'
import { decodeYaml } from '../syntax/index.ts'
import type { Definition } from './definition.ts'
import { parseDocument } from './document.ts'
import { oversizedText, oversizedTree, type SourceLimits, sourceLimitsFrom } from './source-limits.ts'

/** What loading gives: a definition, whole or partial, unless the text is no YAML; and every finding in order. */
export interface LoadResult {
  readonly definition: Definition | null
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Loads an environment definition: bytes to declaration and expressions (language specification §1–§4).
 *
 * Never throws. Errors of the declaration leave a partial definition that can still be evaluated; errors of the YAML
 * leave none, and neither does a text beyond its bounds (S-42). `environment` is the name under which the text is known (`<yaml>` for anonymous text).
 */
export function loadDefinition(
  environment: string,
  source: Uint8Array,
  { limits: wanted = {} }: { readonly limits?: Partial<SourceLimits> } = {},
): LoadResult {
  if (source.length === 0) {
    const definition: Definition = {
      environment,
      syntax: null,
      description: null,
      imports: null,
      values: null,
    }
    return { definition, diagnostics: [] }
  }
  const limits = sourceLimitsFrom(wanted)
  const oversized = oversizedText(environment, source, limits)
  if (oversized !== null) return { definition: null, diagnostics: [oversized] }
  const { node, tree, diagnostics: faults } = decodeYaml(environment, source)
  if (faults.length > 0) return { definition: null, diagnostics: faults }
  const tooMuch = tree === null ? null : oversizedTree(environment, tree, limits)
  if (tooMuch !== null) return { definition: null, diagnostics: [tooMuch] }
  const diagnostics: Diagnostic[] = []
  const definition = parseDocument(environment, node, diagnostics)
  return { definition, diagnostics }
}
