import {
  formatValue,
  isProcessFormat,
  type OutputFormat,
  parseOutputFormat,
  processVariables,
  refuseProcessFormat,
} from '../output/index.ts'
import { type ExportedValue, encodeUtf8 } from '../value/index.ts'
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
  return formatValue(value, format, { redact: false, writeFile: (name) => paths.get(name) ?? '' })
}

/** The text of a checked value; files are not written but print as `[unknown]`. */
export function renderChecked(value: ExportedValue, format: OutputFormat, showSecrets: boolean): string {
  return formatValue(value, format, { redact: !showSecrets, writeFile: () => '[unknown]' })
}
