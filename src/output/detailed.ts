import type { Position, Range } from '../diag/index.ts'
import {
  compareBytes,
  type ExportedValue,
  isExportedRecord,
  NumberText,
  type PlainValue,
  type Redaction,
} from '../value/index.ts'

/**
 * The value with its secrecy and origins, as the wire spells it: members in the order value, secret, unknown, trace.
 * Print it with its keys unsorted.
 */
export function detailedJson(value: ExportedValue, redaction: Redaction): PlainValue {
  const json: { [key: string]: PlainValue } = Object.create(null)
  const data = value.secret && redaction.redact ? '[secret]' : dataJson(value.value, redaction)
  if (data !== undefined && data !== null) json['value'] = data
  if (value.secret) json['secret'] = true
  if (value.unknown) json['unknown'] = true
  json['trace'] = traceJson(value, redaction)
  return json
}

function dataJson(data: ExportedValue['value'], redaction: Redaction): PlainValue | undefined {
  if (data === undefined || data === null || typeof data !== 'object' || data instanceof NumberText)
    return data
  if (!isExportedRecord(data))
    return (data as readonly ExportedValue[]).map((item) => detailedJson(item, redaction))
  const json: { [key: string]: PlainValue } = Object.create(null)
  for (const key of Object.keys(data).sort(compareBytes)) json[key] = detailedJson(data[key]!, redaction)
  return json
}

function traceJson({ trace }: ExportedValue, redaction: Redaction): PlainValue {
  const def = rangeJson(trace.def)
  return trace.base === undefined ? { def } : { def, base: detailedJson(trace.base, redaction) }
}

function rangeJson({ environment, begin, end }: Range): PlainValue {
  const ends = { begin: positionJson(begin), end: positionJson(end) }
  return environment === '' ? ends : { environment, ...ends }
}

function positionJson({ line, column, byte }: Position): PlainValue {
  const number = (value: number): NumberText => new NumberText(String(value))
  return { line: number(line), column: number(column), byte: number(byte) }
}
