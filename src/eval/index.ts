export { describeAt, type ExpressionAt, expressionAt, rangeContains, type TrailStep } from './analysis.ts'
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
