/** Offsets into the policy text, in UTF-16 units; `to` is exclusive. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A member of an object, with where its name stands. */
export interface JsonMember {
  readonly name: string
  readonly nameAt: Span
  readonly value: JsonNode
}

/** JSON with places: numbers keep their text, objects keep order and repeated members. */
export type JsonNode =
  | { readonly kind: 'object'; readonly members: readonly JsonMember[]; readonly at: Span }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[]; readonly at: Span }
  | { readonly kind: 'string'; readonly text: string; readonly at: Span }
  | { readonly kind: 'number'; readonly text: string; readonly at: Span }
  | { readonly kind: 'boolean'; readonly text: 'true' | 'false'; readonly at: Span }
  | { readonly kind: 'null'; readonly at: Span }

/** Why a text is not JSON, and where. */
export interface JsonProblem {
  readonly problem: string
  readonly at: Span
}

/** Nesting beyond this is refused; a trust policy needs seven levels. */
const maxDepth = 64

class Broken extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** Reads one JSON text (RFC 8259) with the place of every part; a problem is a value, not a throw. */
export function readJson(source: string): JsonNode | JsonProblem {
  const reader = new Reader(source)
  try {
    return reader.document()
  } catch (error) {
    if (!(error instanceof Broken)) throw error
    return {
      problem: error.message,
      at: { from: error.offset, to: Math.min(error.offset + 1, source.length) },
    }
  }
}

/** The plain value of a node; a repeated member keeps its last value. Objects have no prototype. */
export function plainJson(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object': {
      const plain: Record<string, unknown> = Object.create(null)
      for (const member of node.members) plain[member.name] = plainJson(member.value)
      return plain
    }
    case 'array':
      return node.items.map(plainJson)
    case 'string':
      return node.text
    case 'number':
      return Number(node.text)
    case 'boolean':
      return node.text === 'true'
    case 'null':
      return null
  }
}

class Reader {
  readonly source: string
  offset = 0

  constructor(source: string) {
    this.source = source
  }

  document(): JsonNode {
    const node = this.value(0)
    this.space()
    if (this.offset < this.source.length) throw new Broken('text after the end of the document', this.offset)
    return node
  }

  private value(depth: number): JsonNode {
    if (depth > maxDepth) throw new Broken(`nested deeper than ${maxDepth} levels`, this.offset)
    this.space()
    const char = this.source[this.offset]
    if (char === '{') return this.object(depth)
    if (char === '[') return this.array(depth)
    if (char === '"') return this.string()
    return this.scalar()
  }

  private object(depth: number): JsonNode {
    const from = this.offset
    const members: JsonMember[] = []
    this.offset += 1
    if (this.take('}')) return { kind: 'object', members, at: this.since(from) }
    do {
      this.space()
      if (this.source[this.offset] !== '"')
        throw new Broken('a member name in quotes is missing', this.offset)
      const name = this.string()
      if (!this.take(':')) throw new Broken('`:` is missing after a member name', this.offset)
      members.push({ name: name.text, nameAt: name.at, value: this.value(depth + 1) })
    } while (this.take(','))
    if (!this.take('}')) throw new Broken('`,` or `}` is missing', this.offset)
    return { kind: 'object', members, at: this.since(from) }
  }

  private array(depth: number): JsonNode {
    const from = this.offset
    const items: JsonNode[] = []
    this.offset += 1
    if (this.take(']')) return { kind: 'array', items, at: this.since(from) }
    do items.push(this.value(depth + 1))
    while (this.take(','))
    if (!this.take(']')) throw new Broken('`,` or `]` is missing', this.offset)
    return { kind: 'array', items, at: this.since(from) }
  }

  private string(): { readonly kind: 'string'; readonly text: string; readonly at: Span } {
    const from = this.offset
    const literal = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
    literal.lastIndex = from
    const found = literal.exec(this.source)?.[0]
    if (found === undefined) throw new Broken('a string is not closed or holds a bad escape', from)
    this.offset += found.length
    return { kind: 'string', text: JSON.parse(found) as string, at: this.since(from) }
  }

  private scalar(): JsonNode {
    const from = this.offset
    const literal = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
    literal.lastIndex = from
    const found = literal.exec(this.source)?.[0]
    if (found === undefined) throw new Broken('a value is missing', from)
    this.offset += found.length
    const at = this.since(from)
    if (found === 'null') return { kind: 'null', at }
    if (found === 'true' || found === 'false') return { kind: 'boolean', text: found, at }
    return { kind: 'number', text: found, at }
  }

  private take(char: string): boolean {
    this.space()
    if (this.source[this.offset] !== char) return false
    this.offset += 1
    return true
  }

  private space(): void {
    while (' \t\n\r'.includes(this.source[this.offset] ?? 'x')) this.offset += 1
  }

  private since(from: number): Span {
    return { from, to: this.offset }
  }
}
