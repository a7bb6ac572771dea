/** One condition key of the request. */
export interface ContextKey {
  /** As AWS spells it. */
  readonly name: string
  readonly values: readonly string[]
  readonly multivalued: boolean
}

/** The condition keys of one request. Names ignore case; a key whose set has no members is absent. */
export class RequestContext {
  private readonly keys = new Map<string, ContextKey>()

  /** Sets a single-valued key; `undefined` leaves it absent. */
  set(name: string, value: string | undefined): void {
    if (value !== undefined) this.keys.set(name.toLowerCase(), { name, values: [value], multivalued: false })
  }

  /** Sets a multivalued key; an empty list leaves it absent. */
  setMany(name: string, values: readonly string[]): void {
    if (values.length > 0) this.keys.set(name.toLowerCase(), { name, values, multivalued: true })
  }

  /** The key, or `null` when the request has none of this name. */
  get(name: string): ContextKey | null {
    return this.keys.get(name.toLowerCase()) ?? null
  }

  /** The value of a single-valued key, for policy variables. */
  lookup = (name: string): string | null => {
    const key = this.get(name)
    return key === null || key.multivalued ? null : key.values[0]!
  }

  /** Every key of the request, in the order it was set. */
  list(): readonly ContextKey[] {
    return [...this.keys.values()]
  }
}
