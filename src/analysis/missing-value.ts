import {
  didYouMean,
  type ExportedValue,
  formatPropertyPath,
  isExportedRecord,
  type PropertyPath,
} from '../value/index.ts'
import { type CheckedDefinition, memberAt, wholeValue } from './known-environment.ts'
import { schemaAt, schemaOf } from './schema-members.ts'

/** Whether opening may give a value at `rest` below the unknown one at `path`. */
export function mayHold(checked: CheckedDefinition, path: PropertyPath, rest: PropertyPath): boolean {
  const schema = schemaAt(schemaOf(checked), path)
  // One without a word about its kind may hold anything.
  if (typeof schema !== 'object' || schema.type === '') return true
  return schemaAt(schema, rest) !== false
}

/**
 * Why there is no value at `path`: what the last value on the way to it is, and which members it has, in words that go on from
 * \`there is no value at …\`. Says no names of a secret's members.
 */
export function whyMissing(checked: CheckedDefinition, path: PropertyPath): string {
  for (let length = path.length - 1; length >= 0; length--) {
    const found = memberAt(wholeValue(checked), path.slice(0, length))
    if (found === null) continue
    const at = length === 0 ? 'the environment' : formatPropertyPath(path.slice(0, length))
    return ending(checked, found.value, path.slice(0, length), at, path[length]!)
  }
  return ''
}

function ending(
  checked: CheckedDefinition,
  { value, secret, unknown }: ExportedValue,
  path: PropertyPath,
  at: string,
  step: string | number,
): string {
  if (secret) return ''
  const names = unknown ? namesOf(checked, path) : isExportedRecord(value) ? Object.keys(value) : null
  if (names !== null) {
    if (typeof step === 'number') return `: ${at} is a record, whose members have names: ["${step}"]`
    return didYouMean(step, names) || `: ${at} has ${listed(names)}`
  }
  if (Array.isArray(value)) {
    const count = value.length === 1 ? '1 element' : `${value.length} elements`
    return `: ${at} is a list of ${count}${typeof step === 'number' ? '' : ', each with its index: [0]'}`
  }
  return `: ${at} is ${value === undefined || value === null ? 'null' : 'a single value'}`
}

function namesOf(checked: CheckedDefinition, path: PropertyPath): readonly string[] {
  const schema = schemaAt(schemaOf(checked), path)
  return typeof schema === 'object' ? Object.keys(schema.properties ?? {}) : []
}

const mostListed = 12

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'no members'
  const more = names.length > mostListed ? `, and ${names.length - mostListed} more` : ''
  return `${names
    .slice(0, mostListed)
    .map((name) => formatPropertyPath([name]))
    .join(', ')}${more}`
}
