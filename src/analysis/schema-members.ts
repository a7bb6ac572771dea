import {
  itemSchema,
  propertySchema,
  type Schema,
  type SchemaObject,
  schemaFromJson,
} from '../schema/index.ts'
import type { PlainValue, PropertyPath } from '../value/index.ts'
import type { CheckedDefinition } from './known-environment.ts'

/** What a checked environment's values are. */
export function schemaOf({ environment }: CheckedDefinition): Schema {
  // An exported schema is what `schemaFromJson` reads: plain JSON data.
  return schemaFromJson(environment.schema as PlainValue)
}

/**
 * The schema of what stands at `path` in what `schema` describes, references and alternatives followed; of several alternatives
 * the first that names members. `false` when there can be no such value.
 */
export function schemaAt(schema: Schema, path: PropertyPath): Schema {
  let at = schema
  for (const step of path) {
    const next = alternativesOf(at, schema)
      .map((part) => (typeof step === 'number' ? itemSchema(part, step) : propertySchema(part, step)))
      .filter((part) => part !== false)
    at = next[0] ?? false
  }
  return (
    alternativesOf(at, schema).find((part) => part.properties !== undefined || part.enum !== undefined) ?? at
  )
}

/** A schema and what it may be instead, references within `root` followed. */
function alternativesOf(schema: Schema, root: Schema): readonly SchemaObject[] {
  if (typeof schema !== 'object') return []
  const { ref } = schema
  const defs = typeof root === 'object' ? root.defs : undefined
  const target = ref?.startsWith('#/$defs/') ? defs?.[ref.slice('#/$defs/'.length)] : undefined
  if (target !== undefined && target !== schema) return alternativesOf(target, root)
  const others = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  return [schema, ...others.filter((part) => typeof part === 'object')]
}
