// The two graphs of the language specification (§5), written down as they stand there: nothing shared, nothing remembered but what
// the text says is remembered.
import type { Range } from '../../src/diag/index.ts'
import type { CallExpression, Expression, PropertyAccess } from '../../src/expr/index.ts'
import { propertySchema, type Schema } from '../../src/schema/index.ts'
import { compareBytes, type ExportedValue, type NumberText } from '../../src/value/index.ts'

/** Where a node stands; `null` for none. */
export type Place = { readonly range: Range; readonly path: string } | null

/** A reference in the text and what each of its steps reached. */
export interface Access {
  readonly access: PropertyAccess
  readonly reached: (Expr | null)[]
}

/** What an expression is, with its children declared. */
export type Kind =
  | { readonly is: 'literal'; readonly value: null | boolean | NumberText | string }
  | { readonly is: 'missing' }
  | {
      readonly is: 'interpolation'
      readonly parts: { readonly text: string; readonly access: Access | null }[]
    }
  | { readonly is: 'symbol'; readonly access: Access }
  | { readonly is: 'array'; readonly elements: Expr[] }
  | { readonly is: 'object'; readonly own: Map<string, Expr>; readonly keyRanges: Map<string, Range> }
  | { readonly is: 'access'; readonly receiver: Value; readonly name: string }
  | {
      readonly is: 'call'
      readonly call: CallExpression
      readonly args: Map<string, Expr>
      inputs: Schema
      state: Schema
    }

/** An expression of §5.2. */
export class Expr {
  readonly path: string
  readonly place: Place
  readonly kind: Kind
  readonly base: Value | null
  schema: Schema
  state: 'declared' | 'evaluating' | 'done' = 'declared'
  secret = false
  value: Value | null = null

  constructor(path: string, place: Place, kind: Kind, base: Value | null, schema: Schema) {
    this.path = path
    this.place = place
    this.kind = kind
    this.base = base
    this.schema = schema
  }
}

/** A finished expression that only has a place. */
export function placeholder(place: Place, path = '', base: Value | null = null): Expr {
  const expr = new Expr(path, place, { is: 'missing' }, base, true)
  expr.state = 'done'
  return expr
}

/** What a value holds. */
export type Repr = null | boolean | NumberText | string | Value[] | Map<string, Value>

/** A value of §5.2. */
export class Value {
  def: Expr
  base: Value | null = null
  schema: Schema
  unknown = false
  secret = false
  final = false
  rotateOnly = false
  repr: Repr
  mergedKeys: string[] | null = null
  exported: ExportedValue | null = null

  constructor(def: Expr, schema: Schema, repr: Repr = null) {
    this.def = def
    this.schema = schema
    this.repr = repr
  }

  keys(): string[] | null {
    if (!(this.repr instanceof Map)) return null
    this.mergedKeys ??= [...new Set([...this.repr.keys(), ...(this.base?.keys() ?? [])])].sort(compareBytes)
    return this.mergedKeys
  }

  property(node: Place, key: string): Value | null {
    if (this.repr instanceof Map) return this.repr.get(key) ?? this.base?.property(node, key) ?? null
    if (!this.unknown) return null
    const schema = propertySchema(this.schema, key)
    const base = this.base?.property(node, key) ?? null
    const def = new Expr('', node, { is: 'access', receiver: this, name: key }, base, schema)
    def.state = 'done'
    const value = unknown(def, schema)
    value.base = base
    return value
  }

  isObject(): boolean {
    if (!this.unknown) return this.repr instanceof Map
    return this.schema === true || (this.schema !== false && this.schema.type === 'object')
  }

  children(): Value[] {
    if (Array.isArray(this.repr)) return this.repr
    return (this.keys() ?? []).map((key) => this.property(this.def.place, key)!)
  }

  containsUnknowns(): boolean {
    return this.unknown || this.children().some((child) => child.containsUnknowns())
  }

  containsSecrets(): boolean {
    return this.secret || this.children().some((child) => child.containsSecrets())
  }

  containsObservableUnknowns(rotating: boolean): boolean {
    if (this.unknown && (rotating || !this.rotateOnly)) return true
    return this.children().some((child) => child.containsObservableUnknowns(rotating))
  }

  combine(...others: Value[]): void {
    for (const other of others) {
      this.unknown = this.containsUnknowns() || other.containsUnknowns()
      this.secret = this.containsSecrets() || other.containsSecrets()
    }
  }
}

/** An unknown value. */
export function unknown(def: Expr, schema: Schema = true): Value {
  const value = new Value(def, schema)
  value.unknown = true
  return value
}

/** What an expression becomes before its children are declared: its own text. */
export function placeOf({ syntax }: Expression): Place {
  return syntax === null ? null : { range: syntax.range, path: syntax.path }
}
