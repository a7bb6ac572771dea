import type { SyntaxNode } from '../../src/syntax/index.ts'

/** Meaning alone: kinds, values and order. */
export function meaning(node: SyntaxNode | null): unknown {
  if (node === null || node.kind === 'null') return null
  if (node.kind === 'array') return node.elements.map(meaning)
  if (node.kind === 'object')
    return { entries: node.entries.map(({ key, value }) => [key?.value, meaning(value)]) }
  return node.kind === 'number' ? { number: node.text } : node.value
}

/**
 * Compares two values by their JSON text.
 *
 * @throws Error with `what` and both when they differ
 */
export function same(a: unknown, b: unknown, what: string): void {
  if (JSON.stringify(a) !== JSON.stringify(b))
    throw new Error(`${what}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`)
}
