import { AppError } from '../diag/index.ts'
import { quote } from '../value/index.ts'

/** Every output format of `open` and `get`; the names with a colon say what is formatted. */
export const outputFormats = [
  'json',
  'yaml',
  'string',
  'detailed',
  'dotenv',
  'shell',
  'fish',
  'powershell',
  'value:json',
  'value:yaml',
  'value:string',
  'value:json-detailed',
  'process:json',
  'process:yaml',
  'process:json-detailed',
  'process:dotenv',
  'process:shell',
] as const

/** The name of an output format. */
export type OutputFormat = (typeof outputFormats)[number]

/**
 * The format of that name.
 *
 * @throws AppError OUTPUT_FORMAT_UNKNOWN `unknown output format "flat"`
 */
export function parseOutputFormat(text: string): OutputFormat {
  const format = outputFormats.find((name) => name === text)
  if (format === undefined) throw new AppError('OUTPUT_FORMAT_UNKNOWN', { got: quote(text) })
  return format
}

/** Whether the format shows what a process would get (variables and files), and so wants a whole environment. */
export function isProcessFormat(format: OutputFormat): boolean {
  return ['dotenv', 'shell', 'fish', 'powershell'].includes(format) || format.startsWith('process:')
}

/**
 * Refuses a process format together with a property path.
 *
 * @throws AppError OUTPUT_FORMAT_PATH `output format 'dotenv' may not be used with a property path`
 */
export function refuseProcessFormat(format: OutputFormat): void {
  if (isProcessFormat(format)) throw new AppError('OUTPUT_FORMAT_PATH', { format })
}
