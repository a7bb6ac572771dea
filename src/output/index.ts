export { detailedJson } from './detailed.ts'
export { type FormatOptions, formatValue } from './format-value.ts'
export {
  isProcessFormat,
  type OutputFormat,
  outputFormats,
  parseOutputFormat,
  refuseProcessFormat,
} from './output-format.ts'
export { type ProcessVariable, processVariables } from './process-variables.ts'
