import { type Diagnostic, rangeless } from '../diag/index.ts'
import { parseInterpolation } from '../expr/interpolation.ts'
import { type ExportedValue, type PropertyPath, toText } from '../value/index.ts'
import { valueAt } from './opened.ts'
import { secretTexts } from './variables.ts'

/** An argument with its accesses replaced, and the secrets that went into it. */
export interface InterpolatedArgument {
  readonly text: string
  readonly secrets: readonly string[]
}

/**
 * An argument of `run` with each `${path}` replaced by the text of the value there, `''` when there is none. An
 * argument without `${`, or one that is no interpolation of the language, is given back unchanged.
 */
export function interpolateArgument(argument: string, root: ExportedValue): InterpolatedArgument {
  const unchanged = { text: argument, secrets: [] }
  if (!argument.includes('${')) return unchanged
  const diagnostics: Diagnostic[] = []
  const node = { kind: 'string', value: argument, subRanges: false, range: rangeless(''), path: '' } as const
  const parts = parseInterpolation(node, diagnostics)
  if (diagnostics.length > 0) return unchanged
  const secrets: string[] = []
  const texts = parts.map(({ text, access }) => {
    if (access === null) return text
    const path: PropertyPath = access.accessors.map((step) =>
      step.kind === 'index' ? Number(step.index) : step.key,
    )
    const value = valueAt(root, path)
    if (value === null) return text
    secrets.push(...secretTexts(value))
    return text + toText(value, { redact: false })
  })
  return { text: texts.join(''), secrets }
}
