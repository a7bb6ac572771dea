import type { Diagnostic, Range } from '../diag/index.ts'
import type { Environment, ExportedAccessor, ExportedExpr, ExportedValue } from '../eval/index.ts'
import type { Definition } from '../expr/index.ts'
import { isExportedRecord, type PropertyPath } from '../value/index.ts'

/** An environment as a check sees it: its text's declarations and what they come to. No provider was asked. */
export interface CheckedDefinition {
  /** The name it was checked under; the `environment` of every range in its text. */
  readonly name: string
  readonly definition: Definition
  readonly environment: Environment
  /** What the check found, of the text and of its imports. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Finds the checked form of an environment by the name that an import uses; `null` when it cannot be had. */
export type LookUp = (name: string) => Promise<CheckedDefinition | null>

/** A value, or the deepest one on the way to it and the steps that are left. */
export interface Found {
  readonly value: ExportedValue
  readonly rest: PropertyPath
}

/** What stands at `path` below `value`. Steps into something unknown are left over; `null` when there is no such member. */
export function memberAt(value: ExportedValue, path: PropertyPath): Found | null {
  let at = value
  for (const [i, step] of path.entries()) {
    const content = at.value
    let next: ExportedValue | undefined
    if (Array.isArray(content)) next = typeof step === 'number' ? content[step] : undefined
    else if (isExportedRecord(content) && typeof step === 'string' && Object.hasOwn(content, step))
      next = content[step]
    if (next === undefined) return at.unknown ? { value: at, rest: path.slice(i) } : null
    at = next
  }
  return { value: at, rest: [] }
}

const origin = Object.freeze({ line: 0, column: 0, byte: 0 })

/** A checked environment as one value; it stands in no text. */
export function wholeValue({ name, environment }: CheckedDefinition): ExportedValue {
  const trace = { def: { environment: name, begin: origin, end: origin } }
  return { value: environment.properties ?? Object.create(null), trace }
}

/** The steps of a reference as a property path. */
export function pathOf(accessors: readonly ExportedAccessor[]): PropertyPath {
  return accessors.map(({ key, index }) => key ?? index ?? '')
}

/** One name per stretch of text, to find expressions by where they stand. */
export function rangeKey({ environment, begin, end }: Range): string {
  return `${begin.line}:${begin.column}-${end.line}:${end.column} ${environment}`
}

/** The expressions of an environment by `rangeKey`. The text of an `fn::secret` leads to the call, never to the text. */
export function expressionIndex({ environment }: CheckedDefinition): ReadonlyMap<string, ExportedExpr> {
  const index = new Map<string, ExportedExpr>()
  const visit = (expr: ExportedExpr, shown: ExportedExpr = expr) => {
    const key = rangeKey(expr.range)
    if (!index.has(key)) index.set(key, shown)
    for (const item of expr.list ?? []) visit(item)
    for (const member of Object.values(expr.object ?? {})) visit(member)
    if (expr.builtin !== undefined) {
      const { name, arg } = expr.builtin
      visit(arg, name === 'fn::secret' ? expr : arg)
    }
    if (expr.base !== undefined && !index.has(rangeKey(expr.base.range))) visit(expr.base)
  }
  for (const expr of Object.values(environment.exprs ?? {})) visit(expr)
  return index
}

/** Every reference inside an expression, in the order of the text. */
export function referencesIn(expr: ExportedExpr): readonly (readonly ExportedAccessor[])[] {
  const found: (readonly ExportedAccessor[])[] = []
  const visit = (at: ExportedExpr) => {
    if (at.symbol !== undefined) found.push(at.symbol)
    for (const { value } of at.interpolate ?? []) if (value !== undefined) found.push(value)
    for (const item of at.list ?? []) visit(item)
    for (const member of Object.values(at.object ?? {})) visit(member)
    if (at.builtin !== undefined) visit(at.builtin.arg)
  }
  visit(expr)
  return found
}
