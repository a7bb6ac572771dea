import { type Provider, ProviderError, type ProviderSet, type Rotator } from '../eval/index.ts'
import { propertySchema, type Schema } from '../schema/index.ts'
import {
  type ExportedRecord,
  type ExportedValue,
  isExportedRecord,
  NumberText,
  type PlainValue,
  quote,
  readableJson,
  recordOf,
  stringifyJson,
  toJson,
} from '../value/index.ts'
import { exportedFrom, isPlainRecord, secretIn } from './secret-notation.ts'
import type { ProviderAnswer } from './test-file.ts'

/**
 * Providers and rotators that say what a case gives them to say. Inputs are still checked by the rules of the provider of that name
 * in `known`; one that only the case knows takes anything.
 */
export function testProviders(
  answers: ReadonlyMap<string, readonly ProviderAnswer[]>,
  known: ProviderSet,
): ProviderSet {
  const given = (name: string) => answers.get(name) ?? null
  return {
    provider: async (name): Promise<Provider> => {
      const own = given(name)
      const real = await known.provider(name).catch((error: unknown) => {
        if (own === null) throw error
        return null
      })
      return {
        ...(real ?? { inputs: true, outputs: true }),
        open: async (inputs) => withSecrets(real?.outputs ?? true, answer(name, own ?? [], inputs)),
      }
    },
    rotator: async (name): Promise<Rotator> => {
      const own = given(name)
      if (own === null) return await known.rotator(name)
      const open = async (inputs: ExportedRecord) => answer(name, own, inputs)
      return { inputs: true, state: true, outputs: true, open, rotate: open }
    },
  }
}

function answer(name: string, answers: readonly ProviderAnswer[], inputs: ExportedRecord): ExportedValue {
  const fitting = answers.find((candidate) => candidate.inputs === null || holds(candidate.inputs, inputs))
  if (fitting === undefined) {
    const rule = answers.length === 0 ? 'the case has no answer of' : 'no answer fits the inputs of'
    const got = stringifyJson(
      readableJson(toJson({ value: inputs, trace: exportedFrom(null).trace }, { redact: true })),
    )
    throw new ProviderError(
      `${rule} provider ${quote(name)}`,
      `got: ${got}\ntry: add \`providers: {${name}: {answer: …}}\` to the case`,
    )
  }
  if (fitting.error !== null) throw new Error(fitting.error)
  return exportedFrom(fitting.answer)
}

/** What a provider's schema calls secret is secret in an answer too. */
function withSecrets(schema: Schema, given: ExportedValue): ExportedValue {
  if (typeof schema !== 'object') return given
  const marked: ExportedValue = schema.secret ? { ...given, secret: true } : given
  const { value } = marked
  if (!isExportedRecord(value)) return marked
  const members = Object.keys(value).map((key) => {
    const member: Schema = propertySchema(schema, key)
    return [key, withSecrets(member, value[key]!)] as const
  })
  return { ...marked, value: recordOf(members) }
}

/** Whether inputs have everything that is wanted, and perhaps more. */
function holds(wanted: PlainValue, got: ExportedRecord): boolean {
  return isPlainRecord(wanted) && fits(wanted, { value: got, trace: exportedFrom(null).trace })
}

function fits(wanted: PlainValue, got: ExportedValue): boolean {
  const content = secretIn(wanted) ?? wanted
  const { value } = got
  if (isPlainRecord(content)) {
    if (!isExportedRecord(value)) return false
    return Object.keys(content).every((key) => Object.hasOwn(value, key) && fits(content[key]!, value[key]!))
  }
  if (Array.isArray(content)) {
    if (!Array.isArray(value) || value.length !== content.length) return false
    return content.every((item, i) => fits(item, value[i]))
  }
  if (content instanceof NumberText) return value instanceof NumberText && value.text === content.text
  return content === (value ?? null)
}
