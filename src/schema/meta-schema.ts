import { array, boolean, map, number, object, reference, string } from './construct.ts'
import type { Schema, SchemaObject } from './model.ts'

const typeNames = ['string', 'number', 'boolean', 'array', 'object', 'null']

/** The schema of schemas that `fn::validate` holds its first argument against (§10.6). Fresh on every call. */
export function metaSchema(): SchemaObject {
  const definition: SchemaObject = { anyOf: [boolean(), object(keywords())], type: '' }
  return { defs: { schema: definition }, ref: '#/$defs/schema', type: '' }
}

function keywords(): Record<string, Schema> {
  const schema = (): SchemaObject => reference('schema')
  const anything = (): SchemaObject => ({ type: '' })
  const list = (): SchemaObject => ({ type: 'array' })
  return {
    $defs: map(schema()),
    $ref: string(),
    anyOf: array(schema()),
    oneOf: array(schema()),
    prefixItems: array(schema()),
    items: schema(),
    additionalProperties: schema(),
    properties: map(schema()),
    type: string({ enum: [...typeNames] }),
    const: anything(),
    enum: list(),
    multipleOf: number(),
    maximum: number(),
    exclusiveMaximum: number(),
    minimum: number(),
    exclusiveMinimum: number(),
    maxLength: number(),
    minLength: number(),
    pattern: string(),
    maxItems: number(),
    minItems: number(),
    uniqueItems: boolean(),
    maxProperties: number(),
    minProperties: number(),
    required: array(string()),
    dependentRequired: map(array(string())),
    title: string(),
    description: string(),
    default: anything(),
    deprecated: boolean(),
    examples: list(),
  }
}
