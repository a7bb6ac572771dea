import type { NumberText, PlainValue } from '../value/index.ts'

/** A schema as it stands in JSON (language specification §10.1), members in the fixed order. */
export type SchemaJson = boolean | { readonly [keyword: string]: unknown }

/** A schema: never, always, or a set of keywords. Made fresh per load, because compiling marks `rotateOnly`. */
export type Schema = boolean | SchemaObject

/** The keywords of the language's JSON Schema subset. Absent = not given. Numbers keep their text. */
export interface SchemaObject {
  defs?: Record<string, Schema>
  ref?: string
  anyOf?: Schema[]
  oneOf?: Schema[]
  prefixItems?: Schema[]
  items?: Schema
  additionalProperties?: Schema
  properties?: Record<string, Schema>
  /** `""` = any type. */
  type: '' | 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object'
  const?: PlainValue
  enum?: PlainValue[]
  multipleOf?: NumberText
  maximum?: NumberText
  exclusiveMaximum?: NumberText
  minimum?: NumberText
  exclusiveMinimum?: NumberText
  maxLength?: NumberText
  minLength?: NumberText
  pattern?: string
  maxItems?: NumberText
  minItems?: NumberText
  uniqueItems?: boolean
  maxProperties?: NumberText
  minProperties?: NumberText
  required?: string[]
  dependentRequired?: Record<string, string[]>
  title?: string
  description?: string
  default?: PlainValue
  deprecated?: boolean
  examples?: PlainValue[]
  secret?: boolean
  rotateOnly?: string[]
}
