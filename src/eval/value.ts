import { propertySchema, type Schema } from '../schema/index.ts'
import { compareBytes, type ExportedValue, type NumberText } from '../value/index.ts'
import { Expr, type Place } from './expr.ts'

/** What a value holds. `null` also stands for the content of an unknown value. */
export type Content = null | boolean | NumberText | string | readonly Value[] | ReadonlyMap<string, Value>

/**
 * A node of the value graph (language specification §5.2): an expression's result over the value it inherits from.
 * Mutable while it is merged, shared by identity, and private to one evaluation.
 */
export class Value {
  def: Expr
  base: Value | null = null
  schema: Schema
  content: Content
  unknown = false
  secret = false
  final = false
  /** The value that this one was copied from, over any number of copies; `null` = it is none. */
  origin: Value | null = null
  /** An unknown that does not count outside of a rotation. */
  rotateOnly = false
  /** Filled on first use and never again, although a later merge may add keys; results depend on it (§15, Q3). */
  #keys: readonly string[] | null = null
  /** The exported form and who made it: within one run the first export wins. */
  exported: ExportedValue | null = null
  exportedBy: object | null = null

  constructor(def: Expr, schema: Schema, content: Content = null) {
    this.def = def
    this.schema = schema
    this.content = content
  }

  /** The merged keys in byte order, or `null` when this is no record. */
  keys(): readonly string[] | null {
    if (this.#keys !== null) return this.#keys
    const { content } = this
    if (!isRecord(content)) return null
    const inherited = this.base?.keys() ?? []
    const keys =
      inherited.length === 0 ? [...content.keys()] : [...new Set([...content.keys(), ...inherited])]
    this.#keys = sortKeys(keys)
    return this.#keys
  }

  /**
   * The property `key`, own or inherited. Of an unknown value every property exists: each call makes a new unknown
   * value whose origin is an access at `place`.
   */
  property(place: Place | null, key: string): Value | null {
    let value: Value | null = this
    while (value !== null && isRecord(value.content)) {
      const own = value.content.get(key)
      if (own !== undefined) return own
      value = value.base
    }
    return value?.unknown ? value.#unknownProperty(place, key) : null
  }

  #unknownProperty(place: Place | null, key: string): Value {
    const schema = propertySchema(this.schema, key)
    const base = this.base?.property(place, key) ?? null
    const def = new Expr('', place, { kind: 'access', receiver: this, name: key }, base, schema)
    def.state = 'done'
    const value = new Value(def, schema)
    value.base = base
    value.unknown = true
    return value
  }

  /** Whether names may be looked up in this value. */
  isObject(): boolean {
    if (!this.unknown) return isRecord(this.content)
    return this.schema === true || (typeof this.schema === 'object' && this.schema.type === 'object')
  }

  containsUnknowns(): boolean {
    return this.unknown || this.#some((child) => child.containsUnknowns())
  }

  containsSecrets(): boolean {
    return this.secret || this.#some((child) => child.containsSecrets())
  }

  /** Unknowns that only a rotation would look at do not count outside of one. */
  containsObservableUnknowns(rotating: boolean): boolean {
    if (this.unknown) return rotating || !this.rotateOnly
    return this.#some((child) => child.containsObservableUnknowns(rotating))
  }

  /** Takes over unknownness and secrecy from whatever this value was computed from. */
  combine(...others: readonly Value[]): void {
    for (const other of others) {
      this.unknown = this.containsUnknowns() || other.containsUnknowns()
      this.secret = this.containsSecrets() || other.containsSecrets()
    }
  }

  /** The children, inherited properties included. */
  *children(): Generator<Value> {
    if (isList(this.content)) yield* this.content
    for (const key of this.keys() ?? []) {
      const child = this.property(this.def.place, key)
      if (child !== null) yield child
    }
  }

  #some(test: (child: Value) => boolean): boolean {
    const { content } = this
    if (isList(content)) return content.some(test)
    const keys = this.keys()
    if (keys === null) return false
    return keys.some((key) => {
      const child = this.property(this.def.place, key)
      return child !== null && test(child)
    })
  }
}

/** Whether the content is a list of values. */
export function isList(content: Content): content is readonly Value[] {
  return Array.isArray(content)
}

/** Whether the content is a record of values. */
export function isRecord(content: Content): content is ReadonlyMap<string, Value> {
  return content instanceof Map
}

/** Sorts keys in place by their UTF-8 bytes. Most lists come in order already. */
export function sortKeys(keys: string[]): string[] {
  for (let i = 1; i < keys.length; i++) {
    if (compareBytes(keys[i - 1]!, keys[i]!) > 0) return keys.sort(compareBytes)
  }
  return keys
}

/** An unknown value without a schema of its own. */
export function unknownValue(def: Expr, schema: Schema = true): Value {
  const value = new Value(def, schema)
  value.unknown = true
  return value
}
