import { globPieces, type Piece } from './glob.ts'

/** A policy variable: the condition key it reads and the text to use when the key is absent. */
export interface Variable {
  readonly variable: string
  readonly fallback: string | null
}

/** A condition value before the request is known: pieces and variables. */
export type Template = readonly (Piece | Variable)[]

/** Reads a single-valued condition key; `null` when absent or multivalued. */
export type Lookup = (key: string) => string | null

// A default may hold anything but a quote, so `}` inside it does not end the variable.
const reference = /\$\{(?:([*?$])|([^{}',]+)(?:,\s*'([^']*)'\s*)?)\}/g

/**
 * The template of a condition value. `variables` is false before policy version 2012-10-17 and for operators
 * that take none: then `${…}` is plain text. `wildcards` tells whether `*` and `?` mean anything.
 */
export function parseTemplate(
  text: string,
  options: { readonly variables: boolean; readonly wildcards: boolean },
): Template {
  const plain = (part: string): Template => {
    if (part === '') return []
    return options.wildcards ? globPieces(part) : [part]
  }
  if (!options.variables) return plain(text)
  const parts: (Piece | Variable)[] = []
  let from = 0
  for (const found of text.matchAll(reference)) {
    parts.push(...plain(text.slice(from, found.index)))
    const [whole, escaped, key, fallback] = found
    parts.push(escaped ?? { variable: key!.trim(), fallback: fallback ?? null })
    from = found.index + whole.length
  }
  parts.push(...plain(text.slice(from)))
  return parts
}

/** Whether anything in the template depends on the request. */
export function isConstant(template: Template): template is readonly Piece[] {
  return template.every((part) => typeof part === 'string' || 'wildcard' in part)
}

/** The template with variables replaced by literal text; `null` = "no value", equal to nothing. */
export function expandTemplate(template: Template, lookup: Lookup): readonly Piece[] | null {
  const pieces: Piece[] = []
  for (const part of template) {
    if (typeof part === 'string' || 'wildcard' in part) pieces.push(part)
    else {
      const value = lookup(part.variable) ?? part.fallback
      if (value === null) return null
      pieces.push(value)
    }
  }
  return pieces
}
