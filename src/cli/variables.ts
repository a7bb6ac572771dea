import { processVariables } from '../output/process-variables.ts'
import { type ExportedValue, isExportedRecord, toText } from '../value/index.ts'

/** One variable that a process is to get. */
export interface Variable {
  readonly name: string
  readonly text: string
  readonly secret: boolean
  /** Whether opening could not tell its value. */
  readonly unknown: boolean
  /** Where it is defined: `web/dev line 8`, `''` when that is not known. */
  readonly origin: string
}

/** The scalar members of one of the two well-known records, sorted by name. */
export function variablesOf(
  root: ExportedValue,
  member: 'environmentVariables' | 'files',
): readonly Variable[] {
  const record = isExportedRecord(root.value) ? root.value[member] : undefined
  return processVariables(root, member, { redact: false }).map(({ name, value, secret }) => ({
    name,
    text: value,
    secret: secret || record?.secret === true,
    unknown: memberOf(record, name)?.unknown === true,
    origin: originOf(record, name),
  }))
}

function memberOf(record: ExportedValue | undefined, name: string): ExportedValue | undefined {
  return record !== undefined && isExportedRecord(record.value) ? record.value[name] : undefined
}

function originOf(record: ExportedValue | undefined, name: string): string {
  const { environment, begin } = memberOf(record, name)?.trace.def ?? { environment: '', begin: { line: 0 } }
  return environment === '' || begin.line === 0 ? '' : `${environment} line ${begin.line}`
}

/** The texts of all secrets inside a value, and of the value itself when it is secret. */
export function secretTexts(value: ExportedValue, inherited = false): readonly string[] {
  const secret = inherited || value.secret === true
  const own = secret && !value.unknown ? [toText(value, { redact: false })] : []
  const content = value.value
  if (Array.isArray(content)) return [...own, ...content.flatMap((item) => secretTexts(item, secret))]
  if (isExportedRecord(content)) {
    return [...own, ...Object.values(content).flatMap((item) => secretTexts(item, secret))]
  }
  return own
}
