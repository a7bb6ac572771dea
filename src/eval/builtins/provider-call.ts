import { type ExportedRecord, isExportedRecord } from '../../value/index.ts'
import type { Expr } from '../expr.ts'
import { LimitExceeded } from '../limits.ts'
import type { ProviderAnswer } from '../outside.ts'
import { type Provider, ProviderError } from '../provider.ts'
import type { Scope } from '../scope.ts'
import { deepSecret, unexport } from '../unexport.ts'
import type { Value } from '../value.ts'
import { OperationFailed, pending } from '../waiting.ts'
import { messageOf } from './builtin.ts'

/** A provider's answer as the result of the call, with its warnings at the call. */
export function answered({ value, warnings }: ProviderAnswer, x: Expr, scope: Scope): Value {
  for (const { summary, detail } of warnings) scope.warning(x.place, summary, detail)
  return unexport(value.secret ? deepSecret(value) : value, x, scope.budget)
}

/**
 * Reports that a provider could not answer, in its own words. What is not the provider's refusal is thrown on.
 *
 * @returns the text reported
 */
export function reportFailure(error: unknown, prefix: string, x: Expr, scope: Scope): string {
  if (error === pending || error instanceof LimitExceeded || !(error instanceof OperationFailed)) throw error
  const { cause } = error
  const summary = `${prefix}${messageOf(cause)}`
  scope.error(x.place, summary, cause instanceof ProviderError ? cause.detail : '')
  return summary
}

/** The inputs as providers get them; inputs that are no object are an error at the call. */
export function inputRecord(inputs: Value, x: Expr, scope: Scope): ExportedRecord | null {
  const exported = scope.exported(inputs)
  scope.budget.data(exported, 'bytes of inputs')
  if (isExportedRecord(exported.value)) return exported.value
  scope.error(x.place, 'provider inputs must be an object')
  return null
}

/** Asks the provider for what its schema cannot say. `false` = it found an error, so nothing is opened. */
export function inspected(
  inspect: Provider['inspect'],
  inputs: Value,
  argument: Expr,
  x: Expr,
  scope: Scope,
): boolean {
  if (inspect === undefined) return true
  const { value } = scope.exported(inputs)
  if (!isExportedRecord(value)) return true
  let fits = true
  for (const finding of inspect(value, { ...scope.callContext, warn: () => {} })) {
    const place = at(argument, finding.path).place ?? x.place
    if (finding.severity === 'error') {
      scope.error(place, finding.summary, finding.detail)
      fits = false
    } else {
      scope.warning(place, finding.summary, finding.detail)
    }
  }
  return fits
}

/** The expression at a path inside the inputs, as far as literals go. */
function at(argument: Expr, path: readonly (string | number)[]): Expr {
  let found = argument
  for (const step of path) {
    const { body } = found
    let next: Expr | undefined
    if (body.kind === 'object') next = body.properties.get(String(step))
    if (body.kind === 'array' && typeof step === 'number') next = body.elements[step]
    if (next === undefined) return found
    found = next
  }
  return found
}
