import { AppError } from '../diag/index.ts'
import { type ExportedRecord, type ExportedValue, NumberText, parsePropertyPath } from '../value/index.ts'

/**
 * The value at a property path such as `a.b[0]["c d"]`.
 *
 * @throws AppError PROPERTY_NOT_FOUND; the path's own errors for text that is no path
 */
export function findProperty(properties: ExportedRecord, text: string): ExportedValue {
  const missing = () => new AppError('PROPERTY_NOT_FOUND', { path: text.slice(0, 200) })
  let found: ExportedValue | undefined
  let members: ExportedValue['value'] = properties
  for (const step of parsePropertyPath(text)) {
    found = member(members, step)
    if (found === undefined) throw missing()
    members = found.value
  }
  if (found === undefined) throw missing()
  return found
}

function member(value: ExportedValue['value'], step: string | number): ExportedValue | undefined {
  if (typeof value !== 'object' || value instanceof NumberText) return undefined
  if (isList(value)) return typeof step === 'number' ? value[step] : undefined
  const key = String(step)
  return Object.hasOwn(value, key) ? value[key] : undefined
}

function isList(value: readonly ExportedValue[] | ExportedRecord): value is readonly ExportedValue[] {
  return Array.isArray(value)
}
