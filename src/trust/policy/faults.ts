import type { PolicyFault } from './document.ts'
import type { JsonNode, Span } from './json.ts'

/** Collects the faults of one document while it is read. */
export class FaultList {
  readonly list: PolicyFault[] = []

  /** A departure from the grammar: the document has no meaning. */
  syntax(at: Span, detail: string): void {
    this.list.push({ message: 'Syntax errors in policy.', detail, at, fatal: true })
  }

  /** A document that AWS refuses to store although its meaning is clear. */
  unstorable(at: Span, message: string, detail: string): void {
    this.list.push({ message, detail, at, fatal: false })
  }

  hasFatal(): boolean {
    return this.list.some((fault) => fault.fatal)
  }

  /** The members of an object by name, after refusing unknown and repeated ones; `null` when it is no object. */
  members(node: JsonNode, known: readonly string[] | null, what: string): Map<string, JsonNode> | null {
    if (node.kind !== 'object') {
      this.syntax(node.at, `${what} must be an object, not ${article(node)}`)
      return null
    }
    const members = new Map<string, JsonNode>()
    for (const { name, nameAt, value } of node.members) {
      if (members.has(name)) this.syntax(nameAt, `${what} has the member \`${name}\` twice`)
      if (known !== null && !known.includes(name)) {
        this.syntax(nameAt, `${what} has no member \`${name}\`; it may hold ${known.join(', ')}`)
      }
      members.set(name, value)
    }
    return members
  }

  /** The strings of a scalar or a list of scalars; anything else is a fault and left out. */
  strings(node: JsonNode, what: string): { readonly text: string; readonly at: Span }[] {
    const items = node.kind === 'array' ? node.items : [node]
    return items.flatMap((item) => {
      if (item.kind === 'string') return [{ text: item.text, at: item.at }]
      this.syntax(item.at, `${what} must be a string or a list of strings, not ${article(item)}`)
      return []
    })
  }
}

/** `an object`, `a number`: the kind of a node in a sentence. */
export function article(node: JsonNode): string {
  if (node.kind === 'null') return 'null'
  return `${/^[aeiou]/.test(node.kind) ? 'an' : 'a'} ${node.kind}`
}
