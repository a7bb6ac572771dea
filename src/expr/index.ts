export { formatAccess, formatInterpolation } from './access-text.ts'
export type { Definition, ImportDeclaration, ValueEntry } from './definition.ts'
export type {
  Accessor,
  ArrayExpression,
  BooleanExpression,
  BuiltinName,
  CallExpression,
  ConcatCall,
  Expression,
  InterpolationExpression,
  InterpolationPart,
  JoinCall,
  NullExpression,
  NumberExpression,
  ObjectExpression,
  ObjectExpressionEntry,
  OpenCall,
  PropertyAccess,
  RotateCall,
  SecretCall,
  SplitCall,
  StringExpression,
  SymbolExpression,
  UnaryCall,
  UnaryName,
  ValidateCall,
} from './expression.ts'
export { type LoadResult, loadDefinition } from './load.ts'
export { namedEnvironments } from './named-environments.ts'
export { defaultSourceLimits, type SourceLimits } from './source-limits.ts'
