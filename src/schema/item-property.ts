import type { Schema, SchemaObject } from './model.ts'
import { isRotateOnly, markRotateOnly } from './rotate-only.ts'

/** The schema of element `index` of what the schema describes (§10.3); `false` when it says nothing. */
export function itemSchema(schema: Schema, index: number): Schema {
  return combine(collect(schema, (own) => ownItem(own, index)))
}

/** The schema of property `name` of what the schema describes (§10.3); `false` when it says nothing. */
export function propertySchema(schema: Schema, name: string): Schema {
  return combine(collect(schema, (own) => ownProperty(own, name)))
}

function ownItem(schema: SchemaObject, index: number): Schema | undefined {
  if (schema.type !== 'array') return false
  return schema.prefixItems?.[index] ?? schema.items
}

function ownProperty(schema: SchemaObject, name: string): Schema | undefined {
  if (schema.type !== 'object') return false
  const properties = schema.properties
  return properties && Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties
}

/** Alternatives first, then the schema's own answer; what is absent or `false` is dropped. */
function collect(schema: Schema, own: (schema: SchemaObject) => Schema | undefined): Schema[] {
  if (typeof schema === 'boolean') return []
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  const found = alternatives.map((member) => combine(collect(member, own)))
  return [...found, own(schema)].filter((answer) => answer !== undefined && answer !== false) as Schema[]
}

function combine(found: Schema[]): Schema {
  if (found.length < 2) return found[0] ?? false
  const several: SchemaObject = { oneOf: found, type: '' }
  return found.every(isRotateOnly) ? markRotateOnly(several) : several
}
