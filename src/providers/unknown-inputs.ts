import type { InputFinding } from '../eval/index.ts'
import type { Schema } from '../schema/index.ts'
import type { ExportedRecord } from '../value/index.ts'
import { recordInput } from './inputs.ts'

/**
 * A finding for every input name that the schema does not know, at any depth of closed objects.
 * The language's validation refuses such names without a message; users need to hear which one and what exists.
 */
export function unknownInputs(
  provider: string,
  inputs: ExportedRecord,
  schema: Schema,
): readonly InputFinding[] {
  return walk(provider, inputs, schema, [])
}

function walk(
  provider: string,
  inputs: ExportedRecord,
  schema: Schema,
  path: readonly string[],
): readonly InputFinding[] {
  if (typeof schema === 'boolean' || schema.additionalProperties !== false) return []
  const known = schema.properties ?? {}
  return Object.keys(inputs).flatMap((name) => {
    const here = [...path, name]
    const member = Object.hasOwn(known, name) ? known[name] : undefined
    if (member === undefined) {
      const summary = `${provider}: there is no input named \`${here.join('.')}\`; the inputs here are ${list(Object.keys(known))}`
      return [{ severity: 'error' as const, path: here, summary }]
    }
    const nested = recordInput(inputs, name)
    return nested === null ? [] : walk(provider, nested, member, here)
  })
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}
