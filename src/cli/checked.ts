import type { CheckedEnvironment, WireExpr, WireRange } from '../client/index.ts'
import type { ExportedValue, PropertyPath } from '../value/index.ts'
import { rootValue, valueAt } from './opened.ts'

/** The value of a checked environment, or null when the check gave nothing usable. */
export function checkedValue(checked: CheckedEnvironment): ExportedValue | null {
  const partial = checked.exprs !== undefined || checked.properties !== undefined
  return partial || checked.diagnostics.length === 0 ? rootValue(checked) : null
}

/**
 * Where a value is defined, outermost first: its expression and what that was merged over. A value that only an import
 * defines (`hasNode` false) goes by the value's own origins.
 */
export function definedAt(
  checked: CheckedEnvironment,
  path: PropertyPath,
  hasNode: boolean,
): readonly WireRange[] {
  const expr = hasNode ? exprAt(checked, path) : null
  const ranges: WireRange[] = []
  if (hasNode) {
    for (let at: WireExpr | undefined = expr ?? undefined; at !== undefined; at = at.base)
      ranges.push(at.range)
  } else {
    const value = valueAt(rootValue(checked), path)
    for (let at: ExportedValue | undefined = value ?? undefined; at !== undefined; at = at.trace.base) {
      ranges.push(at.trace.def)
    }
  }
  return ranges.filter((range) => range.begin.line > 0)
}

/** The expression at a path; the steps may go into a function's argument by the function's name. */
function exprAt({ exprs }: CheckedEnvironment, path: PropertyPath): WireExpr | null {
  const [first, ...rest] = path
  if (first === undefined || exprs === undefined || !Object.hasOwn(exprs, first)) return null
  let current = exprs[first]
  for (const step of rest) {
    if (current === undefined) return null
    current = childOf(current, step)
  }
  return current ?? null
}

function childOf(expr: WireExpr, step: string | number): WireExpr | undefined {
  if (expr.builtin !== undefined && expr.builtin.name === step) return expr.builtin.arg
  if (typeof step === 'number') return expr.list?.[step]
  return expr.object !== undefined && Object.hasOwn(expr.object, step) ? expr.object[step] : undefined
}
