import {
  compareBytes,
  type ExportedRecord,
  type ExportedValue,
  isExportedRecord,
  NumberText,
  type Redaction,
  toText,
} from '../value/index.ts'

/** A name and the text that a process gets under it, or finds in its file. */
export interface ProcessVariable {
  readonly name: string
  readonly value: string
  readonly secret: boolean
}

/**
 * The scalar members of the top-level value `environmentVariables` or `files`, sorted by name (language
 * specification §11.6): null is empty, unknown is `[unknown]`, lists and objects are passed over.
 */
export function processVariables(
  environment: ExportedValue,
  member: 'environmentVariables' | 'files',
  redaction: Redaction,
): ProcessVariable[] {
  const members = recordIn(recordIn(environment)?.[member])
  if (members === null) return []
  return Object.keys(members)
    .filter((name) => isScalar(members[name]!))
    .sort(compareBytes)
    .map((name) => {
      const value = members[name]!
      return { name, value: toText(value, redaction), secret: value.secret === true }
    })
}

function recordIn(value: ExportedValue | undefined): ExportedRecord | null {
  if (value === undefined || value.unknown) return null
  return isExportedRecord(value.value) ? value.value : null
}

function isScalar({ value, unknown }: ExportedValue): boolean {
  return unknown === true || typeof value !== 'object' || value instanceof NumberText
}
