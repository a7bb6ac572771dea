import type { WireEnvironment } from '../client/index.ts'
import {
  type ExportedRecord,
  type ExportedValue,
  isExportedRecord,
  type PropertyPath,
} from '../value/index.ts'
import type { EnvironmentCall } from './command.ts'
import { reportShort } from './diagnostics.ts'
import { type Duration, formatDuration } from './duration.ts'
import type { FlagTable } from './flags.ts'
import { atVersion } from './reference.ts'

const origin = Object.freeze({ line: 0, column: 0, byte: 0 })

/** A whole environment as one value. It stands in no text. */
export function rootValue({ properties }: Pick<WireEnvironment, 'properties'>): ExportedValue {
  return {
    value: properties ?? (Object.create(null) as ExportedRecord),
    trace: { def: { environment: '', begin: origin, end: origin } },
  }
}

/** The value at a path inside another; null when there is none. */
export function valueAt(value: ExportedValue, path: PropertyPath): ExportedValue | null {
  let current: ExportedValue | undefined = value
  for (const step of path) {
    const content: ExportedValue['value'] = current?.value
    if (Array.isArray(content)) current = typeof step === 'number' ? content[step] : undefined
    else if (isExportedRecord(content)) current = Object.hasOwn(content, step) ? content[step] : undefined
    else return null
    if (current === undefined) return null
  }
  return current ?? null
}

/** Opens the environment and reads it; null when it has errors, which are then on stderr. */
export async function openAndRead(
  call: EnvironmentCall<FlagTable>,
  { lifetime, draft }: { readonly lifetime: Duration; readonly draft: string },
): Promise<ExportedValue | null> {
  const { api, reference } = call
  const at = draft === '' ? atVersion(reference) : { draft }
  const { session, environment, diagnostics } = await api.openEnvironment(reference, {
    ...at,
    duration: formatDuration(lifetime),
  })
  reportShort(call, diagnostics)
  if (session === '') return null
  return rootValue(environment ?? (await api.readOpened(reference, session)))
}
