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
export type {
  Crypter,
  EnvironmentLoader,
  ExecutionContext,
  LoadedEnvironment,
  Provider,
  ProviderSet,
  Rotator,
} from './provider.ts'
