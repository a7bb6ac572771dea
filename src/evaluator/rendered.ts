import type { Environment } from '../eval/index.ts'
import { type ExportedValue, jsonNumber, NumberText, type PlainValue } from '../value/index.ts'

type PlainRecord = { readonly [key: string]: PlainValue }

/** Strict clients refuse a range without its environment; a range of nowhere gets this name. */
const nowhere = '<unknown>'

/** An evaluated environment, or only some of its members; one that holds nothing is `{}`. */
export function renderEnvironment(environment: Partial<Environment>): PlainRecord {
  const { exprs, properties, schema, executionContext } = plain(environment) as Record<string, PlainValue>
  const rendered: Record<string, PlainValue> = {}
  if (isFilled(exprs)) rendered['exprs'] = renderExprs(exprs)
  if (isFilled(properties)) rendered['properties'] = renderMembers(properties)
  if (schema !== undefined) rendered['schema'] = schema
  if (isRecord(executionContext)) {
    const { properties: facts, schema: contextSchema } = executionContext
    rendered['executionContext'] = {
      ...(isFilled(facts) ? { properties: renderMembers(facts) } : {}),
      ...(contextSchema === undefined ? {} : { schema: contextSchema }),
    }
  }
  return rendered
}

/** A value: `value` and `trace` always, because strict clients demand both; `base` when it was merged over another. */
export function renderValue(value: ExportedValue): PlainRecord {
  return renderPlainValue(plain(value))
}

function renderPlainValue(value: PlainValue | undefined): PlainRecord {
  const { value: content, secret, unknown, trace } = isRecord(value) ? value : {}
  const { def, base } = isRecord(trace) ? trace : {}
  return {
    value: renderContent(content),
    ...(secret === true ? { secret } : {}),
    ...(unknown === true ? { unknown } : {}),
    trace: { def: renderRange(def), ...(base === undefined ? {} : { base: renderPlainValue(base) }) },
  }
}

function renderContent(content: PlainValue | undefined): PlainValue {
  if (content === undefined) return null
  if (isList(content)) return content.map(renderPlainValue)
  return isRecord(content) ? renderMembers(content) : content
}

function renderMembers(members: PlainRecord): PlainRecord {
  return mapRecord(members, renderPlainValue)
}

function renderRange(range: PlainValue | undefined): PlainRecord {
  const { environment, begin, end } = isRecord(range) ? range : {}
  return {
    environment: environment === undefined || environment === '' ? nowhere : environment,
    begin: begin ?? origin,
    end: end ?? origin,
  }
}

const zero = new NumberText('0')
const origin: PlainRecord = { line: zero, column: zero, byte: zero }

function renderExprs(exprs: PlainRecord): PlainRecord {
  return mapRecord(exprs, renderExpr)
}

/** An expression with an environment in each of its ranges. Schemas and literals stand as they are. */
function renderExpr(expr: PlainValue): PlainValue {
  if (!isRecord(expr)) return expr
  const rendered: Record<string, PlainValue> = { ...expr, range: renderRange(expr['range']) }
  for (const [member, render] of Object.entries(exprMembers)) {
    if (expr[member] !== undefined) rendered[member] = render(expr[member])
  }
  return rendered
}

const exprMembers: { readonly [member: string]: (value: PlainValue) => PlainValue } = {
  base: renderExpr,
  keyRanges: (ranges) => (isRecord(ranges) ? mapRecord(ranges, renderRange) : ranges),
  interpolate: (parts) => mapList(parts, (part) => renderMember(part, 'value', renderAccessors)),
  symbol: renderAccessors,
  access: (access) =>
    renderMember(renderMember(access, 'receiver', renderRange), 'accessors', renderAccessors),
  list: (elements) => mapList(elements, renderExpr),
  object: (members) => (isRecord(members) ? mapRecord(members, renderExpr) : members),
  builtin: (call) => renderMember(renderMember(call, 'nameRange', renderRange), 'arg', renderExpr),
}

function renderAccessors(accessors: PlainValue): PlainValue {
  return mapList(accessors, (accessor) =>
    renderMember(renderMember(accessor, 'range', renderRange), 'value', renderRange),
  )
}

function renderMember(
  value: PlainValue,
  member: string,
  render: (value: PlainValue) => PlainValue,
): PlainValue {
  const content = isRecord(value) ? value[member] : undefined
  return content === undefined ? value : { ...(value as PlainRecord), [member]: render(content) }
}

function mapList(value: PlainValue, change: (value: PlainValue) => PlainValue): PlainValue {
  return isList(value) ? value.map(change) : value
}

function mapRecord(record: PlainRecord, change: (value: PlainValue) => PlainValue): PlainRecord {
  const changed: Record<string, PlainValue> = Object.create(null)
  for (const [key, value] of Object.entries(record)) changed[key] = change(value)
  return changed
}

function isList(value: PlainValue | undefined): value is readonly PlainValue[] {
  return Array.isArray(value)
}

function isRecord(value: PlainValue | undefined): value is PlainRecord {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText)
  )
}

function isFilled(value: PlainValue | undefined): value is PlainRecord {
  return isRecord(value) && Object.keys(value).length > 0
}

/**
 * An evaluation result as a JSON value: the few native numbers (positions, indexes) become number texts, and numbers that
 * JSON does not have (`+Inf`, `NaN`) become strings.
 */
export function plain(value: unknown): PlainValue {
  if (typeof value === 'number') return new NumberText(String(value))
  if (value instanceof NumberText) return jsonNumber.test(value.text) ? value : value.text
  if (value === null || typeof value !== 'object') return value as PlainValue
  if (Array.isArray(value)) return value.map(plain)
  const record: Record<string, PlainValue> = Object.create(null)
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) record[key] = plain(member)
  }
  return record
}
