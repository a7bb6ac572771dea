export { compileSchema, referenceTarget } from './compile.ts'
export {
  checkItemCount,
  checkNumber,
  checkPropertyCount,
  checkString,
  constMessage,
  enumMessage,
  equalConstants,
  missingMessage,
  missingProperties,
} from './constraints.ts'
export {
  always,
  anyOf,
  array,
  boolean,
  constant,
  map,
  never,
  nil,
  number,
  object,
  oneOf,
  record,
  reference,
  type SchemaProperties,
  string,
  tuple,
  typed,
} from './construct.ts'
export { schemaFromJson } from './from-json.ts'
export { itemSchema, propertySchema } from './item-property.ts'
export { metaSchema } from './meta-schema.ts'
export type { Schema, SchemaJson, SchemaObject } from './model.ts'
export { compilePattern, type Pattern } from './pattern.ts'
export { isRotateOnly } from './rotate-only.ts'
export { SchemaError } from './schema-error.ts'
export { schemaToJson } from './to-json.ts'
