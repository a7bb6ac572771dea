export { AppError, type Facts } from './app-error.ts'
export { type Code, codes, type ErrorKind } from './codes.ts'
export {
  type CycleStep,
  compareDiagnostics,
  type Diagnostic,
  detailOf,
  errorAt,
  hasErrors,
  warningAt,
} from './diagnostic.ts'
export { limitMessage } from './limit.ts'
export { formatRange, type Position, type Range, rangeless } from './range.ts'
