import {
  compareBytes,
  type ExportedValue,
  formatPropertyPath,
  isExportedRecord,
  NumberText,
  type PlainValue,
  type PropertyPath,
  readableJson,
  stringifyJson,
  toJson,
} from '../value/index.ts'
import { isPlainRecord, secretIn } from './secret-notation.ts'

/** The first place where an outcome is not what a case wants, as JSON text; `nothing` where there is none. */
export interface Difference {
  readonly path: string
  readonly wanted: string
  readonly got: string
}

/**
 * The first difference of a value from what is wanted, in the order of keys; `null` when there is none. A secret is wanted as
 * `[secret]`, whatever it holds, or as `{fn::secret: x}`; what only opening tells as `[unknown]`.
 */
export function difference(wanted: PlainValue, got: ExportedValue, path: PropertyPath): Difference | null {
  const secret = secretIn(wanted)
  if (secret !== undefined) return secretDifference(secret, got, path)
  if (got.secret && wanted !== '[secret]') {
    // What is wanted may be the secret itself.
    return { path: formatPropertyPath(path), wanted: 'a value that is no secret', got: '[secret]' }
  }
  if (got.secret) return null
  if (got.unknown) return wanted === '[unknown]' ? null : report(wanted, got, path)
  const { value } = got
  if (isPlainRecord(wanted)) {
    return isExportedRecord(value) ? recordDifference(wanted, value, path) : report(wanted, got, path)
  }
  if (Array.isArray(wanted)) {
    return Array.isArray(value) ? listDifference(wanted, value, path) : report(wanted, got, path)
  }
  return sameScalar(wanted, value ?? null) ? null : report(wanted, got, path)
}

function secretDifference(secret: PlainValue, got: ExportedValue, path: PropertyPath): Difference | null {
  if (!got.secret) return { path: formatPropertyPath(path), wanted: 'a secret', got: 'a value that is none' }
  const revealed = toJson(got, { redact: false })
  if (text(revealed) === text(secret)) return null
  return { path: formatPropertyPath(path), wanted: 'the secret of the case', got: 'another secret' }
}

function recordDifference(
  wanted: { readonly [key: string]: PlainValue },
  got: { readonly [key: string]: ExportedValue },
  path: PropertyPath,
): Difference | null {
  for (const key of [...new Set([...Object.keys(wanted), ...Object.keys(got)])].sort(compareBytes)) {
    const at = [...path, key]
    const found = memberDifference(own(wanted, key), own(got, key), at)
    if (found !== null) return found
  }
  return null
}

function listDifference(
  wanted: readonly PlainValue[],
  got: readonly ExportedValue[],
  path: PropertyPath,
): Difference | null {
  for (let i = 0; i < Math.max(wanted.length, got.length); i++) {
    const found = memberDifference(wanted[i], got[i], [...path, i])
    if (found !== null) return found
  }
  return null
}

function memberDifference(
  wanted: PlainValue | undefined,
  got: ExportedValue | undefined,
  path: PropertyPath,
): Difference | null {
  if (wanted !== undefined && got !== undefined) return difference(wanted, got, path)
  return {
    path: formatPropertyPath(path),
    wanted: wanted === undefined ? 'nothing' : text(wanted),
    got: got === undefined ? 'nothing' : text(toJson(got, { redact: true })),
  }
}

function report(wanted: PlainValue, got: ExportedValue, path: PropertyPath): Difference {
  return {
    path: formatPropertyPath(path),
    wanted: text(wanted),
    got: text(toJson(got, { redact: true })),
  }
}

function sameScalar(wanted: PlainValue, got: ExportedValue['value'] | null): boolean {
  if (wanted instanceof NumberText) return got instanceof NumberText && wanted.text === got.text
  return wanted === got
}

function text(value: PlainValue): string {
  return stringifyJson(readableJson(value), { escapeHtml: false })
}

function own<T>(record: { readonly [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
