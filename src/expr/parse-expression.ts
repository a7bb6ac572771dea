import { type Diagnostic, errorAt, limitMessage } from '../diag/index.ts'
import type { ObjectNode, StringNode, SyntaxNode } from '../syntax/index.ts'
import { NumberText, quote } from '../value/index.ts'
import { callParser } from './calls.ts'
import type { Expression, InterpolationPart, ObjectExpressionEntry } from './expression.ts'
import { parseInterpolation } from './interpolation.ts'

/** An expression nested deeper than this is refused: neither reading nor evaluating it may exhaust the stack. */
export const maxExpressionDepth = 512

/**
 * Turns a syntax node into an expression (language specification §3). Faults go to `diagnostics`; the expression
 * keeps whatever is usable.
 */
export function parseExpression(node: SyntaxNode | null, diagnostics: Diagnostic[], depth = 0): Expression {
  if (node === null) return { kind: 'null', syntax: null }
  if (depth > maxExpressionDepth) {
    const rule = limitMessage(depth, 'levels of expressions', maxExpressionDepth, node.range.begin.line)
    diagnostics.push(errorAt(node.range, rule, node.path))
    return { kind: 'null', syntax: node }
  }
  switch (node.kind) {
    case 'null':
      return { kind: 'null', syntax: node }
    case 'boolean':
      return { kind: 'boolean', value: node.value, syntax: node }
    case 'number':
      return { kind: 'number', value: new NumberText(node.text), syntax: node }
    case 'string':
      return parseString(node, diagnostics)
    case 'array': {
      const elements = node.elements.map((element) => parseExpression(element, diagnostics, depth + 1))
      return { kind: 'array', elements, syntax: node }
    }
    case 'object':
      return parseObject(node, diagnostics, depth)
  }
}

/** A string is a literal, a symbol (`${a}` alone) or an interpolation. */
function parseString(node: StringNode, diagnostics: Diagnostic[]): Expression {
  const parts = parseInterpolation(node, diagnostics)
  const [first] = parts
  if (first === undefined) return { kind: 'string', value: node.value, syntax: node }
  if (parts.length > 1 || (first.access !== null && first.text !== '')) {
    return { kind: 'interpolation', parts, syntax: node }
  }
  if (first.access === null) return { kind: 'string', value: first.text, syntax: node }
  return { kind: 'symbol', access: first.access, syntax: node }
}

/** An object is a builtin call or a record; a call that is not alone in its object is refused and stays a record. */
function parseObject(node: ObjectNode, diagnostics: Diagnostic[], depth: number): Expression {
  const only = node.entries.length === 1 ? node.entries[0] : undefined
  if (only?.key) {
    const parse = callParser(only.key.value)
    if (parse !== null) {
      const argument = parseExpression(only.value, diagnostics, depth + 1)
      return parse({ syntax: node, key: only.key, argument, diagnostics })
    }
    if (only.key.value.toLowerCase().startsWith('fn::')) {
      diagnostics.push(errorAt(only.key.range, "'fn::' is a reserved prefix", node.path))
    }
  } else {
    for (const { key } of node.entries) {
      if (!key?.value.startsWith('fn::')) continue
      const rule = `illegal call to builtin function: ${quote(key.value)} must be the only key within its containing object`
      diagnostics.push(errorAt(node.range, rule, node.path))
    }
  }
  return { kind: 'object', entries: parseEntries(node, diagnostics, depth), syntax: node }
}

function parseEntries(node: ObjectNode, diagnostics: Diagnostic[], depth: number): ObjectExpressionEntry[] {
  const entries: ObjectExpressionEntry[] = []
  for (const { key, value } of node.entries) {
    if (key === null) continue
    const name = parseKey(key, diagnostics)
    entries.push({ key, name, value: parseExpression(value, diagnostics, depth + 1) })
  }
  return entries
}

function parseKey(key: StringNode, diagnostics: Diagnostic[]): string | null {
  const parts: readonly InterpolationPart[] = parseInterpolation(key, diagnostics)
  const [first] = parts
  if (first === undefined) return key.value
  if (parts.length === 1 && first.access === null) return first.text
  diagnostics.push(errorAt(key.range, 'object keys must be strings', key.path))
  return null
}
