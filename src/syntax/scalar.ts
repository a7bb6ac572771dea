import { formatFloat } from '../value/index.ts'
import type { YamlScalar } from './yaml-node.ts'

/** What a scalar stands for (language specification §2.2). */
export type ScalarValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'problem'; readonly message: string }

type CoreTag = '!!null' | '!!bool' | '!!int' | '!!float' | '!!timestamp' | '!!str'

interface Resolved {
  readonly tag: CoreTag
  readonly value: ScalarValue
}

const nullValue: ScalarValue = { kind: 'null' }
const named = new Map<string, Resolved>()
const name = (tag: CoreTag, value: ScalarValue, texts: readonly string[]) => {
  for (const text of texts) named.set(text, { tag, value })
}
name('!!null', nullValue, ['', '~', 'null', 'Null', 'NULL'])
name('!!bool', { kind: 'boolean', value: true }, ['true', 'True', 'TRUE'])
name('!!bool', { kind: 'boolean', value: false }, ['false', 'False', 'FALSE'])
name('!!float', { kind: 'number', text: 'NaN' }, ['.nan', '.NaN', '.NAN'])
name('!!float', { kind: 'number', text: '+Inf' }, ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'])
name('!!float', { kind: 'number', text: '-Inf' }, ['-.inf', '-.Inf', '-.INF'])

/**
 * What a scalar stands for: null, a boolean, a number as decimal text, a string, or the problem with its tag.
 * Quoted and block scalars without a tag are strings; a core tag must agree with what the plain text would be.
 */
export function resolveScalar({ value, tag, style }: YamlScalar): ScalarValue {
  if (tag === '' || tag === '!') return style === 'plain' ? resolvePlain(value) : { kind: 'string', value }
  switch (tag) {
    case '!!null':
    case '!!bool':
    case '!!int':
    case '!!float':
    case '!!timestamp':
      return resolveTagged(value, tag)
    case '!!binary':
      return isBase64(value)
        ? { kind: 'string', value }
        : { kind: 'problem', message: 'yaml: !!binary value contains invalid base64 data' }
    default:
      return { kind: 'string', value }
  }
}

/** What an untagged plain scalar stands for. */
export function resolvePlain(text: string): ScalarValue {
  return namedOrNumber(text)?.value ?? { kind: 'string', value: text }
}

function resolveTagged(text: string, wanted: CoreTag): ScalarValue {
  if (wanted === '!!timestamp' && isTimestamp(text)) return { kind: 'string', value: text }
  const { tag, value } = namedOrNumber(text) ?? { tag: '!!str', value: nullValue }
  if (tag === wanted) return value
  if (wanted === '!!float' && tag === '!!int' && value.kind === 'number' && isInt64(BigInt(value.text))) {
    return { kind: 'number', text: formatFloat(Number(value.text)) }
  }
  return { kind: 'problem', message: `yaml: cannot decode ${tag} \`${text}\` as a ${wanted}` }
}

function namedOrNumber(text: string): Resolved | undefined {
  const known = named.get(text)
  if (known !== undefined) return known
  const first = text.charCodeAt(0)
  if (first === 0x2e) return resolveFloat(text, pointFloat)
  const isDigitOrSign = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d
  if (!isDigitOrSign) return undefined
  const digits = text.includes('_') ? text.replaceAll('_', '') : text
  return resolveInteger(digits) ?? resolveFloat(digits, float)
}

const decimal = /^[-+]?(?:0|[1-9][0-9]{0,14})$/
const based = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]([0-7]+)|0[bB]([01]+)|0([0-7]*)|([1-9][0-9]*))$/

const isInt64 = (value: bigint): boolean => value >= -(2n ** 63n) && value < 2n ** 63n

/** Base-10 text of an integer that fits 64 bits, signed or (without a sign) unsigned. */
function resolveInteger(text: string): Resolved | undefined {
  if (decimal.test(text)) return integer(text === '-0' || text === '+0' ? '0' : text.replace('+', ''))
  const match = based.exec(text)
  if (match === null) return undefined
  const [, sign, hex, octal, binary, zeroOctal, plain] = match
  const magnitude = BigInt(
    hex
      ? `0x${hex}`
      : octal
        ? `0o${octal}`
        : binary
          ? `0b${binary}`
          : zeroOctal
            ? `0o${zeroOctal}`
            : (plain ?? 0),
  )
  const value = sign === '-' ? -magnitude : magnitude
  const fits = isInt64(value) || (sign === '' && value < 2n ** 64n)
  return fits ? integer(value.toString()) : undefined
}

const integer = (text: string): Resolved => ({ tag: '!!int', value: { kind: 'number', text } })

const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
/** Behind a leading point digits may be separated by single underscores. */
const pointFloat = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/

/** A double in the shape of `pattern`; what overflows is no number. */
function resolveFloat(text: string, pattern: RegExp): Resolved | undefined {
  if (!pattern.test(text)) return undefined
  const value = Number(text.replaceAll('_', ''))
  if (!Number.isFinite(value)) return undefined
  return { tag: '!!float', value: { kind: 'number', text: formatFloat(value) } }
}

const timestamp =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+]\d{2}:\d{2}))|(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?))?$/

function isTimestamp(text: string): boolean {
  const match = timestamp.exec(text)
  if (match === null) return false
  const [year, month, day, ...time] = match.slice(1).map((part) => (part === undefined ? 0 : Number(part)))
  const inMonth = new Date(Date.UTC(2000 + (year! % 400), month!, 0)).getUTCDate()
  const [hour, minute, second] = [time[0]! + time[3]!, time[1]! + time[4]!, time[2]! + time[5]!]
  return (
    month! >= 1 && month! <= 12 && day! >= 1 && day! <= inMonth && hour < 24 && minute < 60 && second < 60
  )
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

const isBase64 = (text: string): boolean => base64.test(text.replaceAll(/[\r\n]/g, ''))
