import {
  isProcessFormat,
  type OutputFormat,
  parseOutputFormat,
  refuseProcessFormat,
} from '../output/output-format.ts'
import { processVariables } from '../output/process-variables.ts'
import { type ExportedValue, encodeUtf8, stringifyJson, toJson } from '../value/index.ts'
import { Failure } from './failure.ts'
import type { World } from './world.ts'

/**
 * The format that `open` was asked for.
 *
 * @throws Failure for an unknown one, and for one that needs a whole environment when there is a path
 */
export function openFormat(text: string, hasPath: boolean): OutputFormat {
  try {
    const format = parseOutputFormat(text)
    if (hasPath) refuseProcessFormat(format)
    return format
  } catch (error) {
    // The words are fixed by what scripts look for, so no hint follows them.
    throw new Failure((error as Error).message, { cause: error })
  }
}

/** The same for `get` and `diff`, which do not know `yaml`. */
export function checkFormat(text: string, hasPath: boolean): OutputFormat {
  if (text === 'yaml') throw new Failure('unknown output format "yaml"')
  return openFormat(text, hasPath)
}

/** The text of an opened value, secrets in clear; the files of process formats are written and stay. */
export async function renderOpened(
  value: ExportedValue,
  format: OutputFormat,
  world: World,
): Promise<string> {
  const paths = new Map<string, string>()
  if (isProcessFormat(format)) {
    for (const { name, value: content } of processVariables(value, 'files', { redact: false })) {
      paths.set(name, await world.temporary.create('esc-*', encodeUtf8(content), { lasting: true }))
    }
  }
  return render(value, format, { redact: false, writeFile: (name) => paths.get(name) ?? '' })
}

/** The text of a checked value; files are not written but print as `[unknown]`. */
export async function renderChecked(
  value: ExportedValue,
  format: OutputFormat,
  showSecrets: boolean,
): Promise<string> {
  return render(value, format, { redact: !showSecrets, writeFile: () => '[unknown]' })
}

interface Options {
  readonly redact: boolean
  readonly writeFile: (name: string) => string
}

/** JSON, which most calls ask for, does not wait for the printers of the other formats. */
async function render(value: ExportedValue, format: OutputFormat, options: Options): Promise<string> {
  if (format === 'json' || format === 'value:json')
    return `${stringifyJson(toJson(value, options), { indent: 2 })}\n`
  const { formatValue } = await import('../output/index.ts')
  return formatValue(value, format, options)
}
