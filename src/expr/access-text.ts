import type { Accessor, InterpolationPart, PropertyAccess } from './expression.ts'

/** Writes an access as it stands between `${` and `}`: names joined by dots, subscripts in brackets. */
export function formatAccess(access: PropertyAccess): string {
  return access.accessors.map(formatAccessor).join('')
}

/** Writes an interpolation as source text again, with `$` of the literal text as `$$`. */
export function formatInterpolation(parts: readonly InterpolationPart[]): string {
  return parts
    .map(({ text, access }) => {
      const literal = text.replaceAll('$', '$$$$')
      return access === null ? literal : `${literal}\${${formatAccess(access)}}`
    })
    .join('')
}

function formatAccessor(accessor: Accessor, position: number): string {
  switch (accessor.kind) {
    case 'name':
      return position === 0 ? accessor.key : `.${accessor.key}`
    case 'key':
      return `["${accessor.key.replaceAll('"', '\\"')}"]`
    case 'index':
      return `[${accessor.index}]`
  }
}
