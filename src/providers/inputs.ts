import { type ExportedRecord, type ExportedValue, NumberText } from '../value/index.ts'

/** A member that is a nested object, or null when it is absent, unknown or something else. */
export function recordInput(inputs: ExportedRecord, name: string): ExportedRecord | null {
  const value = inputs[name]?.value
  return typeof value === 'object' && !Array.isArray(value) && !('text' in value)
    ? (value as ExportedRecord)
    : null
}

/** A member that is a known text, or null. */
export function textInput(inputs: ExportedRecord, name: string): string | null {
  const member = inputs[name]
  return member !== undefined && !member.unknown && typeof member.value === 'string' ? member.value : null
}

/** A member that is a list of known texts, or null when it is absent. */
export function textListInput(inputs: ExportedRecord, name: string): readonly string[] | null {
  const value = inputs[name]?.value
  if (!Array.isArray(value)) return null
  return value.map((item: ExportedValue) => (typeof item.value === 'string' ? item.value : ''))
}

/** A member that is a known number, as a double, or null. */
export function numberInput(inputs: ExportedRecord, name: string): number | null {
  const member = inputs[name]
  return member !== undefined && !member.unknown && member.value instanceof NumberText
    ? Number(member.value.text)
    : null
}

/** A member that is a known boolean, or null. */
export function booleanInput(inputs: ExportedRecord, name: string): boolean | null {
  const member = inputs[name]
  return member !== undefined && !member.unknown && typeof member.value === 'boolean' ? member.value : null
}
