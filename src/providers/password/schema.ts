import type { SchemaObject } from '../../schema/index.ts'
import { NumberText } from '../../value/index.ts'

const number = (count: number) => new NumberText(String(count))

/** The length of a password whose author gives none. */
export const defaultLength = 16
/** The special characters, unless `overrideSpecial` names others. */
export const defaultSpecial = '!@#$%&*()-_=+[]{}<>:?'

/** The classes of characters: the input that switches each off, the input with its minimum, and its characters. */
export const classes: readonly {
  readonly name: string
  readonly minimum: string
  /** null = `overrideSpecial`, or the default. */
  readonly characters: string | null
}[] = [
  { name: 'lower', minimum: 'minLower', characters: 'abcdefghijklmnopqrstuvwxyz' },
  { name: 'upper', minimum: 'minUpper', characters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' },
  { name: 'numeric', minimum: 'minNumeric', characters: '0123456789' },
  { name: 'special', minimum: 'minSpecial', characters: null },
]

/** The inputs of `password` (providers §5.5). */
export function inputSchema(): SchemaObject {
  const properties: Record<string, SchemaObject> = {
    length: {
      type: 'number',
      minimum: number(8),
      maximum: number(100),
      multipleOf: number(1),
      default: number(defaultLength),
      description: 'How many characters the password has, from 8 to 100.',
    },
  }
  for (const { name } of classes) {
    properties[name] = {
      type: 'boolean',
      default: true,
      description: `Whether ${name} characters may occur.`,
    }
  }
  for (const { name, minimum } of classes) {
    properties[minimum] = {
      type: 'number',
      minimum: number(0),
      maximum: number(100),
      multipleOf: number(1),
      default: number(0),
      description: `The least number of ${name} characters.`,
    }
  }
  properties.overrideSpecial = {
    type: 'string',
    default: defaultSpecial,
    description: 'The special characters to draw from.',
  }
  return { type: 'object', description: 'A random password.', additionalProperties: false, properties }
}
