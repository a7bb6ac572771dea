import { AppError } from '../diag/index.ts'
import {
  type ExportedRecord,
  type ExportedValue,
  NumberText,
  type PropertyPath,
  parsePropertyPath,
} from '../value/index.ts'

/**
 * The value at a property path such as `a.b[0]["c d"]`.
 *
 * @throws AppError PROPERTY_NOT_FOUND; the path's own errors for text that is no path
 */
export function findProperty(properties: ExportedRecord, text: string): ExportedValue {
  const [first, ...deeper] = parsePropertyPath(text)
  const found = first === undefined ? undefined : member(properties, first)
  if (found === undefined) throw noProperty(text)
  return valueAt(found, deeper, text)
}

/** What the steps lead to from a value on; `text` is the whole path. @throws AppError PROPERTY_NOT_FOUND */
export function valueAt(value: ExportedValue, steps: PropertyPath, text: string): ExportedValue {
  let found = value
  for (const step of steps) {
    const next = member(found.value, step)
    if (next === undefined) throw noProperty(text)
    found = next
  }
  return found
}

/** The refusal of a path that leads nowhere. */
export function noProperty(path: string): AppError {
  return new AppError('PROPERTY_NOT_FOUND', { path: path.slice(0, 200) })
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
