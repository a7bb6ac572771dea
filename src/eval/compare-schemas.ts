import type { Diagnostic } from '../diag/index.ts'
import { referenceTarget, type Schema, type SchemaObject } from '../schema/index.ts'
import { compareBytes } from '../value/index.ts'
import type { Blame } from './blame.ts'
import type { Budget } from './limits.ts'
import { type Run, report } from './validate-value.ts'

/**
 * Whether what is known about an unknown value (`found`) can fit `accept` (language specification §10.5). Only shapes are compared;
 * constants, enumerations and numeric rules are left for the value itself.
 */
export function compareSchemas(
  found: Schema | undefined,
  accept: Schema | undefined,
  blame: Blame,
  run: Run,
): boolean {
  return new Comparison(run).check(found, accept, blame)
}

class Comparison {
  #diagnostics: Diagnostic[]
  readonly #budget: Budget
  /** Pairs that are being compared: recursive schemas meet themselves again. */
  readonly #open = new Map<SchemaObject, Set<SchemaObject>>()

  constructor({ diagnostics, budget }: Run) {
    this.#diagnostics = diagnostics
    this.#budget = budget
  }

  check(found: Schema | undefined, accept: Schema | undefined, blame: Blame): boolean {
    if (accept === undefined || accept === true) return true
    if (accept === false) return false
    if (found === undefined || found === true) return true
    if (found === false) return false
    const against = this.#open.get(found) ?? new Set()
    if (against.has(accept)) return true
    this.#open.set(found, against.add(accept))
    this.#budget.enter()
    this.#budget.step()
    const ok = this.#objects(found, accept, blame)
    this.#budget.leave()
    against.delete(accept)
    return ok
  }

  #objects(found: SchemaObject, accept: SchemaObject, blame: Blame): boolean {
    let ok = true
    const acceptTarget = referenceTarget(accept)
    if (acceptTarget !== undefined) ok = this.check(found, acceptTarget, blame) && ok
    const foundTarget = referenceTarget(found)
    if (foundTarget !== undefined) ok = this.check(foundTarget, accept, blame) && ok
    ok = this.#any(found.anyOf, (member) => this.check(member, accept, blame), blame) && ok
    ok = this.#any(found.oneOf, (member) => this.check(member, accept, blame), blame) && ok
    if (accept.type !== '' && found.type !== '' && accept.type !== found.type) {
      report(this.#diagnostics, blame, `expected ${accept.type}, got ${found.type}`)
      ok = false
    }
    ok = this.#any(accept.anyOf, (member) => this.check(found, member, blame), blame) && ok
    ok = this.#any(accept.oneOf, (member) => this.check(found, member, blame), blame) && ok
    if (found.type === 'array') ok = this.#items(found, accept, blame) && ok
    if (found.type === 'object') ok = this.#properties(found, accept, blame) && ok
    return ok
  }

  /** At least one member must do; otherwise the faults of all are reported. */
  #any(members: readonly Schema[] | undefined, fits: (member: Schema) => boolean, blame: Blame): boolean {
    if (members === undefined || members.length === 0) return true
    const outer = this.#diagnostics
    const faults: Diagnostic[] = []
    this.#diagnostics = faults
    const ok = members.some(fits)
    this.#diagnostics = outer
    if (ok) return true
    outer.push(...faults)
    report(outer, blame, 'at least one subschema must match')
    return false
  }

  #items(found: SchemaObject, accept: SchemaObject, blame: Blame): boolean {
    const ours = found.prefixItems ?? []
    const theirs = accept.prefixItems ?? []
    let ok = true
    for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
      const item = i < ours.length ? ours[i] : found.items
      const wanted = i < theirs.length ? theirs[i] : accept.items
      ok = this.check(item, wanted, blame.index(i)) && ok
    }
    if (found.items !== undefined && found.items !== false)
      ok = this.check(found.items, accept.items, blame) && ok
    return ok
  }

  #properties(found: SchemaObject, accept: SchemaObject, blame: Blame): boolean {
    let ok = true
    for (const name of Object.keys(found.properties ?? {}).sort(compareBytes)) {
      const wanted = own(accept.properties, name) ?? accept.additionalProperties
      ok = this.check(found.properties![name], wanted, blame.property(name)) && ok
    }
    if (found.additionalProperties === undefined) return this.#required(found, accept, blame) && ok
    if (found.additionalProperties === false) return ok
    return this.check(found.additionalProperties, accept.additionalProperties, blame) && ok
  }

  #required(found: SchemaObject, accept: SchemaObject, blame: Blame): boolean {
    const sure = new Set(found.required ?? [])
    const names = [...(accept.required ?? [])]
    for (const name of found.required ?? []) names.push(...(own(accept.dependentRequired, name) ?? []))
    let ok = true
    for (const name of names) {
      if (sure.has(name)) continue
      report(this.#diagnostics, blame.property(name), 'missing required property')
      ok = false
    }
    return ok
  }
}

function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined
}
