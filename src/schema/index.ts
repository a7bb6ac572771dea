export type { Schema, SchemaJson, SchemaObject } from './model.ts'
