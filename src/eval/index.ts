// Evaluating

// What a library user needs of the layers below
export type { Diagnostic, Position, Range } from '../diag/index.ts'
export { type Definition, type LoadResult, loadDefinition } from '../expr/index.ts'
export type { Schema, SchemaJson, SchemaObject } from '../schema/index.ts'
export {
  type ExportedRecord,
  type ExportedValue,
  NumberText,
  type PlainValue,
  stringifyJson,
  type Trace,
  toJson,
  toText,
} from '../value/index.ts'

// What stands under a position
export {
  describeAt,
  describeBuiltin,
  type ExpressionAt,
  expressionAt,
  rangeContains,
  type TrailStep,
} from './analysis.ts'
export { checkEnvironment, openEnvironment, rotateEnvironment } from './evaluate.ts'
export type {
  Environment,
  Evaluation,
  EvaluationHost,
  EvaluationLimits,
  ExportedAccessor,
  ExportedExpr,
  Patch,
  RotationResult,
} from './evaluation.ts'
export { defaultLimits } from './limits.ts'
// What an evaluation is handed
export {
  type Crypter,
  type EnvironmentLoader,
  type ExecutionContext,
  type InputFinding,
  type LoadedEnvironment,
  type Provider,
  ProviderError,
  type ProviderSet,
  type Rotator,
} from './provider.ts'
