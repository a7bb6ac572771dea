export type { ExportedRecord, ExportedValue, PlainValue, Scalar, Trace } from './exported.ts'
export { NumberText } from './number-text.ts'
