import { type ExportedRecord, type ExportedValue, isExportedRecord, NumberText } from '../value/index.ts'

/** Whether two exported records hold the same data, secrecy and ignorance included; origins do not count. */
export function sameRecord(a: ExportedRecord | null, b: ExportedRecord | null): boolean {
  if (a === null || b === null) return a === b
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => b[key] !== undefined && sameExport(a[key]!, b[key]))
}

/** Whether two exported values hold the same data. */
export function sameExport(a: ExportedValue, b: ExportedValue): boolean {
  if (a === b) return true
  if (a.secret !== b.secret || a.unknown !== b.unknown) return false
  const left = a.value
  const right = b.value
  if (left === right) return true
  if (left instanceof NumberText) return right instanceof NumberText && left.text === right.text
  if (isExportedRecord(left)) return isExportedRecord(right) && sameRecord(left, right)
  if (!isExportedList(left) || !isExportedList(right)) return false
  return left.length === right.length && left.every((item, i) => sameExport(item, right[i]!))
}

function isExportedList(value: ExportedValue['value']): value is readonly ExportedValue[] {
  return Array.isArray(value)
}
