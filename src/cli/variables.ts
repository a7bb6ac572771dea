import { limitMessage } from '../diag/index.ts'
import { processVariables } from '../output/process-variables.ts'
import { byteLength, type ExportedValue, isExportedRecord, toText } from '../value/index.ts'
import { Failure } from './failure.ts'

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

/**
 * The scalar members of one of the two well-known records, sorted by name.
 *
 * @throws Failure for more than a process should be given (security requirement S-42)
 */
export function variablesOf(
  root: ExportedValue,
  member: 'environmentVariables' | 'files',
): readonly Variable[] {
  const record = isExportedRecord(root.value) ? root.value[member] : undefined
  const variables = processVariables(root, member, { redact: false }).map(({ name, value, secret }) => ({
    name,
    text: value,
    secret: secret || record?.secret === true,
    unknown: memberOf(record, name)?.unknown === true,
    origin: originOf(record, name),
  }))
  refuseTooMuch(member, variables)
  return variables
}

const mebibyte = 1024 * 1024
/** What a process may be given; no kernel takes a variable of 128 KiB. */
const bounds = {
  environmentVariables: {
    count: 1000,
    bytes: 128 * 1024 - 1,
    total: mebibyte,
    what: 'environment variables',
  },
  files: { count: 100, bytes: mebibyte, total: Number.POSITIVE_INFINITY, what: 'files' },
} as const

function refuseTooMuch(member: keyof typeof bounds, variables: readonly Variable[]): void {
  const { count, bytes, total, what } = bounds[member]
  if (variables.length > count) throw tooMuch(variables.length, what, count)
  let sum = 0
  for (const { name, text } of variables) {
    const length = byteLength(text)
    sum += byteLength(name) + length
    if (length > bytes) throw tooMuch(length, `bytes in \`${member}.${name}\``, bytes)
    if (sum > total) throw tooMuch(sum, `bytes of ${what}`, total)
  }
}

function tooMuch(got: number, what: string, limit: number): Failure {
  return new Failure(
    `${limitMessage(got, what, limit)}; open what you need by path, or share it out between environments`,
  )
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
