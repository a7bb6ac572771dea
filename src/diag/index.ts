export { AppError, type Facts } from './app-error.ts'
export { type Code, codes, type ErrorKind } from './codes.ts'
export {
  compareDiagnostics,
  type Diagnostic,
  errorAt,
  hasErrors,
  warningAt,
} from './diagnostic.ts'
export { formatRange, type Position, type Range, rangeless } from './range.ts'
