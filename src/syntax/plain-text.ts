import { resolvePlain, resolveScalar } from './scalar.ts'
import type { YamlScalar } from './yaml-node.ts'

const noComments = Object.freeze({ head: '', line: '', foot: '' })

/**
 * Whether the text, written plain, would be read as a string by every YAML reader we know of: not as null, a
 * boolean, a number, a timestamp or the merge key.
 */
export function readsAsString(text: string): boolean {
  return resolvePlain(text).kind === 'string' && !isTimestamp(text) && text !== '<<'
}

const oldBoolean = /^(y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$/
const baseSixty = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/

/** Whether a YAML 1.1 reader might take the text for a boolean, a base-60 number or the key of a default value. */
export function readsAsYaml11Value(text: string): boolean {
  return oldBoolean.test(text) || baseSixty.test(text) || text === '='
}

const lenientDecimal =
  /^[-+]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][-+]?\d+(?:_\d+)*)?$/
const lenientHex =
  /^[-+]?0[xX]_?(?:[\da-fA-F]+(?:_[\da-fA-F]+)*(?:\.(?:[\da-fA-F]+(?:_[\da-fA-F]+)*)?)?|\.[\da-fA-F]+(?:_[\da-fA-F]+)*)[pP][-+]?\d+$/
const namedFloat = /^(?:[-+]?inf(?:inity)?|nan)$/i

/** Whether a lenient parser takes the text for a double (language specification §12). */
export function isLenientFloat(text: string): boolean {
  if (namedFloat.test(text)) return true
  if (lenientDecimal.test(text)) return Number.isFinite(Number(text.replaceAll('_', '')))
  return lenientHex.test(text) && hexInRange(text)
}

function hexInRange(text: string): boolean {
  const [mantissa, exponent] = text.toLowerCase().replaceAll('_', '').split('p') as [string, string]
  const [whole = '', fraction = ''] = mantissa.replace(/^[-+]?0x/, '').split('.')
  const digits = (whole + fraction).replace(/^0+/, '')
  if (digits === '') return true
  const topBits = Number.parseInt(digits[0]!, 16).toString(2).length + (digits.length - 1) * 4
  return topBits - fraction.length * 4 + Number(exponent) <= 1024
}

function isTimestamp(text: string): boolean {
  const tagged: YamlScalar = {
    kind: 'scalar',
    value: text,
    style: 'plain',
    tag: '!!timestamp',
    anchor: '',
    at: null,
    comments: noComments,
  }
  return resolveScalar(tagged).kind === 'string'
}
