import { compareBytes } from '../value/index.ts'
import type { Schema, SchemaObject } from './model.ts'

// Marks of compiled schemas. They are not keywords, so they live beside the schema and not in it.
const marked = new WeakSet<SchemaObject>()
const disguised = new WeakSet<SchemaObject>()

/** Whether values of this schema are evaluated only for a rotation (§8.2). Marks appear when a schema is compiled. */
export function isRotateOnly(schema: Schema): boolean {
  return typeof schema === 'object' && marked.has(schema)
}

/** Whether the object stands for `true`, which cannot carry a mark itself. */
export function isAlwaysInDisguise(schema: SchemaObject): boolean {
  return disguised.has(schema)
}

/** Marks the schema and gives it back. */
export function markRotateOnly(schema: SchemaObject): SchemaObject {
  marked.add(schema)
  return schema
}

/**
 * A deep copy in which every schema is marked, through references and all children; copies list their own
 * properties in `rotateOnly`. `onCopy` sees each pair, `copy` gives the copy of a reference's target.
 */
export function rotateOnlyCopy(
  schema: Schema,
  onCopy: (original: SchemaObject, copy: SchemaObject, again: (schema: Schema) => Schema) => void,
): Schema {
  const memo = new Map<SchemaObject, SchemaObject>()
  const copyOf = (original: Schema): Schema => {
    if (original === false) return false
    if (original === true) return disguise()
    const known = memo.get(original)
    if (known !== undefined) return known
    const copy: SchemaObject = markRotateOnly({ ...original })
    memo.set(original, copy)
    copyChildren(copy, copyOf)
    onCopy(original, copy, copyOf)
    return copy
  }
  return copyOf(schema)
}

function disguise(): SchemaObject {
  const schema = markRotateOnly({ type: '' })
  disguised.add(schema)
  return schema
}

function copyChildren(copy: SchemaObject, copyOf: (schema: Schema) => Schema): void {
  if (copy.anyOf) copy.anyOf = copy.anyOf.map(copyOf)
  if (copy.oneOf) copy.oneOf = copy.oneOf.map(copyOf)
  if (copy.prefixItems) copy.prefixItems = copy.prefixItems.map(copyOf)
  if (copy.items !== undefined) copy.items = copyOf(copy.items)
  if (copy.additionalProperties !== undefined) copy.additionalProperties = copyOf(copy.additionalProperties)
  if (copy.properties === undefined) return
  const properties: Record<string, Schema> = Object.create(null)
  for (const [name, schema] of Object.entries(copy.properties)) properties[name] = copyOf(schema)
  copy.properties = properties
  copy.rotateOnly = Object.keys(properties).sort(compareBytes)
}
