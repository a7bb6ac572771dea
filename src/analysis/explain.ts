import type { Range } from '../diag/index.ts'
import type { ExportedAccessor, ExportedExpr, ExportedValue } from '../eval/index.ts'
import {
  formatPropertyPath,
  isExportedRecord,
  type PlainValue,
  type PropertyPath,
  readableJson,
  toJson,
} from '../value/index.ts'
import { type Fault, faultAt } from './fault.ts'
import {
  type CheckedDefinition,
  expressionIndex,
  type LookUp,
  memberAt,
  pathOf,
  rangeKey,
  referencesIn,
  wholeValue,
} from './known-environment.ts'
import { mayHold } from './missing-value.ts'

/** How a value came to be. `text` is the expression as far as it is no literal: `${a} b`, `fn::toJSON`; else `""`. */
export interface Origin {
  readonly kind: 'literal' | 'text' | 'reference' | 'call' | 'object' | 'list' | 'context' | 'elsewhere'
  readonly text: string
}

/** Where one member of a record or list is written. */
export interface MemberOrigin {
  readonly path: string
  readonly at: Range | null
}

/** Where a value came from, and the same for everything it was made of. Secrets are masked throughout. */
export interface Explanation {
  /** The environment whose value this is, and where in it. */
  readonly environment: string
  readonly path: string
  /** `[secret]` for secrets, `[unknown]` for what only opening tells. */
  readonly value: PlainValue
  readonly secret: boolean
  readonly unknown: boolean
  /** Why opening will not tell an unknown value either; `null` when nothing was found about its text. */
  readonly fault: Fault | null
  readonly origin: Origin
  /** The text it is written in; `null` for what stands in no text. */
  readonly at: Range | null
  /** The environments from this one to the one whose text holds it, each importing the next. */
  readonly through: readonly string[]
  /** What it was computed from. */
  readonly references: readonly { readonly text: string; readonly to: Explanation | null }[]
  /** The value below it, from an import, that it hides or, as a record, adds to. */
  readonly over: Explanation | null
  /** The members of a record or list. */
  readonly members: readonly MemberOrigin[]
  /** Whether it was explained further up already, so that the rest is left out. */
  readonly repeated: boolean
}

/**
 * Explains where the value at `path` came from: the text that holds it, the imports between, what it refers to, what it
 * hides. From checks alone: no provider is asked and no secret opened. `null` when there is no such value.
 */
export async function explainValue(
  checked: CheckedDefinition,
  path: PropertyPath,
  lookUp: LookUp,
): Promise<Explanation | null> {
  return await new Explainer(checked, lookUp).at(checked, path)
}

/** A definition may refer to one value from everywhere; beyond this nothing new is opened up. */
const maxExplanations = 500

class Explainer {
  readonly #lookUp: LookUp
  readonly #known = new Map<string, Promise<CheckedDefinition | null>>()
  readonly #indexes = new Map<CheckedDefinition, ReadonlyMap<string, ExportedExpr>>()
  readonly #explained = new Set<string>()

  constructor(root: CheckedDefinition, lookUp: LookUp) {
    this.#lookUp = lookUp
    this.#known.set(root.name, Promise.resolve(root))
  }

  async at(home: CheckedDefinition, path: PropertyPath): Promise<Explanation | null> {
    const found = memberAt(wholeValue(home), path)
    if (found === null) return null
    const { value, rest } = found
    if (rest.length > 0 && !mayHold(home, path.slice(0, -rest.length), rest)) return null
    const shown = rest.length === 0 ? value : { unknown: true as const, trace: value.trace }
    return await this.#value(home, path, shown)
  }

  async #value(home: CheckedDefinition, path: PropertyPath, value: ExportedValue): Promise<Explanation> {
    const { def } = value.trace
    const at = def.begin.line === 0 ? null : def
    const holder = at === null ? null : await this.#find(at.environment)
    const expr = this.#expression(home, holder, at)
    const text = formatPropertyPath(path)
    const key = `${home.name}\n${text}\n${rangeKey(def)}`
    const repeated = this.#explained.has(key) || this.#explained.size >= maxExplanations
    this.#explained.add(key)
    const part = repeated || expr?.symbol !== undefined ? null : await this.#part(home, path)
    const references = repeated ? [] : (part?.references ?? (await this.#references(holder ?? home, expr)))
    const base = expr?.symbol === undefined ? value.trace.base : ownBase(value, references[0]?.to ?? null)
    return {
      environment: home.name,
      path: text,
      value: readableJson(toJson(value, { redact: true })),
      secret: value.secret === true,
      unknown: value.unknown === true,
      fault: value.unknown ? this.#fault(home, holder, part?.at ?? at) : null,
      origin: part?.origin ?? (path.length === 0 ? { kind: 'object', text: '' } : originOf(expr)),
      at: part?.at ?? at,
      through: part === null ? await this.#through(home, path, at, new Set()) : [home.name],
      references,
      over: repeated || base === undefined ? null : await this.#value(home, path, base),
      members: membersOf(path, value),
      repeated,
    }
  }

  #fault(home: CheckedDefinition, holder: CheckedDefinition | null, at: Range | null): Fault | null {
    if (at === null) return null
    return faultAt(at, home.diagnostics) ?? (holder === null ? null : faultAt(at, holder.diagnostics))
  }

  #find(name: string): Promise<CheckedDefinition | null> {
    let known = this.#known.get(name)
    if (known === undefined) {
      known = this.#lookUp(name)
      this.#known.set(name, known)
    }
    return known
  }

  #index(home: CheckedDefinition): ReadonlyMap<string, ExportedExpr> {
    let index = this.#indexes.get(home)
    if (index === undefined) {
      index = expressionIndex(home)
      this.#indexes.set(home, index)
    }
    return index
  }

  #expression(
    home: CheckedDefinition,
    holder: CheckedDefinition | null,
    at: Range | null,
  ): ExportedExpr | null {
    if (at === null) return null
    const key = rangeKey(at)
    return (holder && this.#index(holder).get(key)) ?? this.#index(home).get(key) ?? null
  }

  /** A member of what a reference brought in: it is explained where the reference leads. */
  async #part(
    home: CheckedDefinition,
    path: PropertyPath,
  ): Promise<Pick<Explanation, 'origin' | 'at' | 'references'> | null> {
    for (let length = path.length - 1; length > 0; length--) {
      const above = memberAt(wholeValue(home), path.slice(0, length))
      if (above === null || above.rest.length > 0) continue
      const at = above.value.trace.def
      const expr = at.environment === home.name ? this.#expression(home, home, at) : null
      if (expr?.symbol === undefined) continue
      const rest = path.slice(length)
      const to = await this.#follow(home, expr.symbol, rest)
      if (to === null) return null
      const text = referenceText(expr.symbol)
      const member = formatPropertyPath(rest)
      const dot = member.startsWith('[') ? '' : '.'
      return {
        origin: { kind: 'reference', text },
        at,
        references: [{ text: `${text}${dot}${member}`, to }],
      }
    }
    return null
  }

  async #references(home: CheckedDefinition, expr: ExportedExpr | null): Promise<Explanation['references']> {
    if (expr === null || expr.object !== undefined || expr.list !== undefined) return []
    const explained: { text: string; to: Explanation | null }[] = []
    for (const accessors of referencesIn(expr)) {
      const to = await this.#follow(home, accessors, [])
      explained.push({ text: referenceText(accessors), to })
    }
    return explained
  }

  /** Where a reference in the text of `home` leads, and `rest` steps on. */
  async #follow(
    home: CheckedDefinition,
    accessors: readonly ExportedAccessor[],
    rest: PropertyPath,
  ): Promise<Explanation | null> {
    const path = [...pathOf(accessors), ...rest]
    const [first, second, third] = path
    if (first === 'context') return contextValue(home, path)
    if (first === 'imports' && second !== undefined)
      return await this.#elsewhere(String(second), path.slice(2))
    if (first === 'environments' && third !== undefined)
      return await this.#elsewhere(`${second}/${third}`, path.slice(3))
    return await this.at(home, path)
  }

  async #elsewhere(name: string, path: PropertyPath): Promise<Explanation | null> {
    const target = await this.#find(name)
    return target === null ? null : await this.at(target, path)
  }

  /** The imports between an environment and the text that holds the value it has at `path`; the last one merged wins. */
  async #through(
    home: CheckedDefinition,
    path: PropertyPath,
    at: Range | null,
    seen: Set<string>,
  ): Promise<readonly string[]> {
    if (at === null || at.environment === home.name || seen.has(home.name)) return [home.name]
    seen.add(home.name)
    for (const { name, merge } of (home.definition.imports ?? []).toReversed()) {
      if (name === null || !merge) continue
      const next = await this.#find(name.value)
      if (next === null || !holds(next, path, at)) continue
      return [home.name, ...(await this.#through(next, path, at, seen))]
    }
    return [home.name, at.environment]
  }
}

/** What a reference lies over itself: with a value it takes over what that lies over, which is told there. */
function ownBase({ trace }: ExportedValue, referent: Explanation | null): ExportedValue | undefined {
  const told = new Set<string>()
  for (let to = referent; to !== null; to = to.references[0]?.to ?? null) {
    if (to.repeated) return undefined
    for (let layer = to.over; layer !== null; layer = layer.over) {
      if (layer.at !== null) told.add(rangeKey(layer.at))
    }
    if (to.origin.kind !== 'reference') break
  }
  let { base } = trace
  while (base !== undefined && told.has(rangeKey(base.trace.def))) base = base.trace.base
  return base
}

/** Whether an environment has the value that is written at `at`, on top or hidden. */
function holds(home: CheckedDefinition, path: PropertyPath, at: Range): boolean {
  const found = memberAt(wholeValue(home), path)
  const wanted = rangeKey(at)
  for (let value = found?.value; value !== undefined; value = value.trace.base) {
    if (rangeKey(value.trace.def) === wanted) return true
  }
  return false
}

function contextValue(home: CheckedDefinition, path: PropertyPath): Explanation | null {
  const properties = home.environment.executionContext.properties ?? Object.create(null)
  const context = { value: properties, trace: wholeValue(home).trace }
  const found = memberAt(context, path.slice(1))
  if (found === null) return null
  return {
    environment: home.name,
    path: formatPropertyPath(path),
    value: readableJson(toJson(found.value, { redact: true })),
    secret: found.value.secret === true,
    unknown: found.value.unknown === true,
    fault: null,
    origin: { kind: 'context', text: '' },
    at: null,
    through: [home.name],
    references: [],
    over: null,
    members: [],
    repeated: false,
  }
}

function originOf(expr: ExportedExpr | null): Origin {
  if (expr === null) return { kind: 'elsewhere', text: '' }
  if (expr.symbol !== undefined) return { kind: 'reference', text: referenceText(expr.symbol) }
  if (expr.builtin !== undefined) return { kind: 'call', text: expr.builtin.name }
  if (expr.interpolate !== undefined) {
    const parts = expr.interpolate.map(
      ({ text = '', value }) =>
        `${text.replaceAll('$', '$$$$')}${value === undefined ? '' : referenceText(value)}`,
    )
    return { kind: 'text', text: parts.join('') }
  }
  if (expr.object !== undefined || expr.keyRanges !== undefined) return { kind: 'object', text: '' }
  return { kind: expr.list === undefined ? 'literal' : 'list', text: '' }
}

function referenceText(accessors: readonly ExportedAccessor[]): string {
  return `\${${formatPropertyPath(pathOf(accessors))}}`
}

function membersOf(path: PropertyPath, { value, secret }: ExportedValue): readonly MemberOrigin[] {
  if (secret) return []
  const member = (step: string | number, { trace }: ExportedValue): MemberOrigin => ({
    path: formatPropertyPath([...path, step]),
    at: trace.def.begin.line === 0 ? null : trace.def,
  })
  if (isExportedRecord(value)) return Object.keys(value).map((key) => member(key, value[key]!))
  return Array.isArray(value) ? value.map((item, i) => member(i, item)) : []
}
