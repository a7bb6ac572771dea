import { encodeYaml, yamlFromPlain } from '../syntax/index.ts'
import {
  type ExportedValue,
  type PlainValue,
  type Redaction,
  recordOf,
  stringifyJson,
  toJson,
  toText,
} from '../value/index.ts'
import { detailedJson } from './detailed.ts'
import { isProcessFormat, type OutputFormat } from './output-format.ts'
import { type ProcessVariable, processVariables } from './process-variables.ts'
import { dotenvLines, fishLines, powershellLines, shellLines } from './variable-lines.ts'

/** What a format needs besides the value. */
export interface FormatOptions extends Redaction {
  /**
   * Puts a file's content in place and gives back its path; called in the order of the names, by process formats
   * only. Content holds stray bytes as lone surrogates.
   */
  readonly writeFile: (name: string, content: string) => string
}

/**
 * The text of a value in an output format, its last line ended; dotenv and shell give nothing for an environment
 * without variables and files.
 *
 * @throws AppError NOT_REPRESENTABLE when a dotenv or shell line could not give a value back unchanged
 */
export function formatValue(value: ExportedValue, format: OutputFormat, options: FormatOptions): string {
  return isProcessFormat(format) ? formatProcess(value, format, options) : formatPlain(value, format, options)
}

function formatPlain(value: ExportedValue, format: OutputFormat, redaction: Redaction): string {
  switch (format) {
    case 'yaml':
    case 'value:yaml':
      return yamlText(toJson(value, redaction))
    case 'string':
    case 'value:string':
      return lineOf(toText(value, redaction))
    case 'detailed':
    case 'value:json-detailed':
      return jsonText(detailedJson(value, redaction), false)
    default:
      return jsonText(toJson(value, redaction))
  }
}

function formatProcess(environment: ExportedValue, format: OutputFormat, options: FormatOptions): string {
  const variables = processVariables(environment, 'environmentVariables', options)
  const files = processVariables(environment, 'files', options).map(
    ({ name, value }): ProcessVariable => ({ name, value: options.writeFile(name, value), secret: false }),
  )
  const all = [...variables, ...files]
  switch (format) {
    case 'process:json':
      return jsonText(plainVariables(all))
    case 'process:yaml':
      return yamlText(plainVariables(all))
    case 'process:json-detailed':
      return jsonText(
        recordOf(all.map(({ name, value, secret }) => [name, secret ? { value, secret } : { value }])),
      )
    case 'shell':
    case 'process:shell':
      return shellLines(all)
    case 'fish':
      return fishLines(all)
    case 'powershell':
      return powershellLines(all)
    default:
      return dotenvLines(all)
  }
}

function plainVariables(variables: readonly ProcessVariable[]): PlainValue {
  return recordOf(variables.map(({ name, value }): [string, PlainValue] => [name, value]))
}

function jsonText(value: PlainValue, sortKeys = true): string {
  return `${stringifyJson(value, { indent: 2, sortKeys })}\n`
}

function yamlText(value: PlainValue): string {
  return encodeYaml(yamlFromPlain(value, { numbers: 'number' }), { indent: 3 })
}

function lineOf(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}
