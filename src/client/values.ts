import {
  type ExportedRecord,
  type ExportedValue,
  NumberText,
  type PlainValue,
  parseJson,
  type Trace,
} from '../value/index.ts'
import { unexpected } from './decode.ts'
import { ApiError } from './error.ts'
import type { HttpResponse } from './transport.ts'
import type { CheckedEnvironment, WireDiagnostic, WireExpr, WirePosition, WireRange } from './wire.ts'

type Members = { readonly [key: string]: PlainValue }

/**
 * The environment of an answer's body, numbers in values kept as text.
 *
 * @throws ApiError when the body is not JSON
 */
export function decodeEnvironment(response: HttpResponse): CheckedEnvironment {
  return toEnvironment(bodyOf(response))
}

/** The values of an environment that is one member of an answer's body. */
export function decodeValues(response: HttpResponse, name: string): Pick<CheckedEnvironment, 'properties'> {
  const { properties } = membersOf(membersOf(bodyOf(response))[name] ?? null)
  return properties === undefined ? {} : { properties: toRecord(properties) }
}

function bodyOf(response: HttpResponse): PlainValue {
  let body: PlainValue
  try {
    body = parseJson(new TextDecoder().decode(response.body))
  } catch {
    throw unexpected(response)
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body) || body instanceof NumberText) {
    throw unexpected(response)
  }
  return body
}

function toEnvironment(body: PlainValue): CheckedEnvironment {
  const { exprs, properties, diagnostics } = membersOf(body)
  return {
    ...(exprs === undefined ? {} : { exprs: mapMembers(exprs, toExpr) }),
    ...(properties === undefined ? {} : { properties: toRecord(properties) }),
    diagnostics: Array.isArray(diagnostics) ? diagnostics.map(toDiagnostic) : [],
  }
}

/** A value as sent, turned into the product's own shape. */
export function toValue(plain: PlainValue): ExportedValue {
  const { value, secret, unknown, trace } = membersOf(plain)
  return {
    ...(value === undefined || value === null ? {} : { value: content(value) }),
    ...(secret === true ? { secret: true as const } : {}),
    ...(unknown === true ? { unknown: true as const } : {}),
    trace: toTrace(membersOf(trace ?? null)),
  }
}

function content(value: Exclude<PlainValue, null>): NonNullable<ExportedValue['value']> {
  if (Array.isArray(value)) return value.map(toValue)
  if (typeof value === 'object' && !(value instanceof NumberText)) return toRecord(value as Members)
  return value as boolean | string | NumberText
}

function toRecord(plain: PlainValue): ExportedRecord {
  return mapMembers(plain, toValue)
}

function toTrace({ def, base }: Members): Trace {
  const trace: { def: Trace['def']; base?: ExportedValue } = {
    def: { environment: '', ...toRange(def ?? null) },
  }
  if (base !== undefined && base !== null) trace.base = toValue(base)
  return trace
}

function toExpr(plain: PlainValue): WireExpr {
  const { range, base, list, object, builtin } = membersOf(plain)
  const { name, arg } = membersOf(builtin ?? null)
  return {
    range: toRange(range ?? null),
    ...(base === undefined || base === null ? {} : { base: toExpr(base) }),
    ...(Array.isArray(list) ? { list: list.map(toExpr) } : {}),
    ...(object === undefined ? {} : { object: mapMembers(object, toExpr) }),
    ...(typeof name === 'string' && arg !== undefined ? { builtin: { name, arg: toExpr(arg) } } : {}),
  }
}

function toDiagnostic(plain: PlainValue): WireDiagnostic {
  const { range, summary, detail, severity, path } = membersOf(plain)
  return {
    ...(range === undefined || range === null ? {} : { range: toRange(range) }),
    summary: text(summary),
    ...(typeof detail === 'string' ? { detail } : {}),
    ...(severity === 'warning' || severity === 'error' ? { severity } : {}),
    ...(typeof path === 'string' ? { path } : {}),
  }
}

function toRange(plain: PlainValue): WireRange {
  const { environment, begin, end } = membersOf(plain)
  return {
    ...(typeof environment === 'string' ? { environment } : {}),
    begin: toPosition(begin ?? null),
    end: toPosition(end ?? null),
  }
}

function toPosition(plain: PlainValue): WirePosition {
  const { line, column, byte } = membersOf(plain)
  return { line: integer(line), column: integer(column), byte: integer(byte) }
}

function integer(value: PlainValue | undefined): number {
  return value instanceof NumberText ? value.toNumber() : 0
}

function text(value: PlainValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

const none: Members = Object.freeze(Object.create(null))

function membersOf(plain: PlainValue): Members {
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain) || plain instanceof NumberText)
    return none
  return plain as Members
}

function mapMembers<T>(plain: PlainValue, convert: (member: PlainValue) => T): { readonly [key: string]: T } {
  const result: Record<string, T> = Object.create(null)
  for (const [key, member] of Object.entries(membersOf(plain))) result[key] = convert(member)
  return result
}

/** The environment of an error's answer when it carries one next to its diagnostics. */
export function isDiagnosticsError(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === 400 && error.diagnostics.length > 0
}
