import { type Diagnostic, errorAt, warningAt } from '../diag/index.ts'
import type { ObjectEntry, ObjectNode, StringNode, SyntaxNode } from '../syntax/index.ts'
import { editDistance, quote } from '../value/index.ts'
import type { Definition, ImportDeclaration, ValueEntry } from './definition.ts'
import type { StringExpression } from './expression.ts'
import { parseExpression } from './parse-expression.ts'

/**
 * Reads the root record of an environment (language specification §1): `description`, `imports`, `values`.
 * Whatever is usable is kept, so that evaluation can go on beside the diagnostics.
 */
export function parseDocument(
  environment: string,
  root: SyntaxNode | null,
  diagnostics: Diagnostic[],
): Definition {
  let description: StringExpression | null = null
  let imports: readonly ImportDeclaration[] | null = null
  let values: readonly ValueEntry[] | null = null
  if (root === null || root.kind !== 'object') {
    const node = root?.kind === 'null' ? null : root
    diagnostics.push(errorAt(node?.range ?? null, 'environment must be an object', node?.path ?? ''))
    return { environment, syntax: root, description, imports, values }
  }
  for (const [key, value] of fieldsOf(root, diagnostics)) {
    switch (foldCase(key.value)) {
      case 'description':
        description = parseDescription(value, diagnostics)
        break
      case 'imports':
        imports = parseImports(value, diagnostics)
        break
      case 'values':
        values = parseValues(value, diagnostics)
        break
      default:
        diagnostics.push(warningAt(key.range, unknownField(key.value), key.path))
    }
  }
  return { environment, syntax: root, description, imports, values }
}

/** The entries of a record in source order; a key seen before is reported, its entry still counts. */
function* fieldsOf(node: ObjectNode, diagnostics: Diagnostic[]): Generator<[StringNode, SyntaxNode | null]> {
  const seen = new Set<string>()
  for (const { key, value } of node.entries) {
    if (key === null) continue
    if (seen.has(key.value)) {
      diagnostics.push(warningAt(key.range, `duplicate key ${quote(key.value)}`, key.path))
    }
    seen.add(key.value)
    yield [key, value]
  }
}

/** Simple Unicode case folding, as far as it can reach the letters of the known fields. */
function foldCase(key: string): string {
  return key.replaceAll('\u017f', 's').replaceAll('\u212a', 'k').toLowerCase()
}

const fields = ["'description'", "'imports'", "'values'"]

function unknownField(key: string): string {
  const near = fields
    .map((field) => ({ field, distance: editDistance(key, field) }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ field }) => field)
  return `Field '${key}' does not exist on Object 'environment'. Existing fields are: ${near.join(', ')}`
}

function parseDescription(node: SyntaxNode | null, diagnostics: Diagnostic[]): StringExpression | null {
  const expression = parseExpression(node, diagnostics)
  if (expression.kind === 'string') return expression
  refuse(node, 'description must be a string', diagnostics)
  return null
}

function parseImports(
  node: SyntaxNode | null,
  diagnostics: Diagnostic[],
): readonly ImportDeclaration[] | null {
  if (node?.kind === 'array') return node.elements.map((element) => parseImport(element, diagnostics))
  refuse(node, 'imports must be a list', diagnostics)
  return null
}

function parseImport(node: SyntaxNode | null, diagnostics: Diagnostic[]): ImportDeclaration {
  const unnamed: ImportDeclaration = { syntax: node, name: null, merge: true, meta: null }
  if (node?.kind === 'string') return { ...unnamed, name: node }
  if (node?.kind !== 'object') {
    refuse(node, 'import must be a string or an object', diagnostics)
    return unnamed
  }
  const [entry, ...others] = node.entries
  if (entry === undefined || entry.key === null || others.length > 0) {
    refuse(node, 'import must have a single key', diagnostics)
    return unnamed
  }
  return parseImportOptions(node, entry.key, entry, diagnostics)
}

function parseImportOptions(
  syntax: ObjectNode,
  name: StringNode,
  { value }: ObjectEntry,
  diagnostics: Diagnostic[],
): ImportDeclaration {
  if (value?.kind !== 'object') {
    refuse(value, 'import must be an object', diagnostics)
    return { syntax, name, merge: true, meta: null }
  }
  let merge: boolean | null = null
  for (const [key, option] of fieldsOf(value, diagnostics)) {
    if (foldCase(key.value) !== 'merge') continue
    const expression = parseExpression(option, diagnostics)
    if (expression.kind === 'boolean') merge = expression.value
    else refuse(option, 'merge must be a boolean value', diagnostics)
  }
  return { syntax, name, merge: merge ?? true, meta: { merge } }
}

function parseValues(node: SyntaxNode | null, diagnostics: Diagnostic[]): readonly ValueEntry[] | null {
  if (node?.kind !== 'object') {
    refuse(node, 'values must be an object', diagnostics)
    return null
  }
  const entries: ValueEntry[] = []
  for (const { key, value } of node.entries) {
    if (key === null) continue
    if (key.value.startsWith('fn::')) {
      const rule = `builtin function call ${quote(key.value)} not allowed at the top level`
      diagnostics.push(errorAt(key.range, rule, key.path))
    }
    entries.push({ key, value: parseExpression(value, diagnostics) })
  }
  return entries
}

function refuse(node: SyntaxNode | null, rule: string, diagnostics: Diagnostic[]): void {
  diagnostics.push(errorAt(node?.range ?? null, rule, node?.path ?? ''))
}
