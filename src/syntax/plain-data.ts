import { NumberText, type PlainValue } from '../value/index.ts'
import type { SyntaxNode } from './syntax-node.ts'

/** A syntax tree as plain data: numbers as their text, records without a prototype. What could not be decoded is null. */
export function plainData(node: SyntaxNode | null): PlainValue {
  switch (node?.kind) {
    case undefined:
    case 'null':
      return null
    case 'boolean':
    case 'string':
      return node.value
    case 'number':
      return new NumberText(node.text)
    case 'array':
      return node.elements.map(plainData)
    case 'object': {
      const record: { [key: string]: PlainValue } = Object.create(null)
      for (const { key, value } of node.entries) if (key !== null) record[key.value] = plainData(value)
      return record
    }
  }
}
