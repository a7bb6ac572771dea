import type { WireRotation } from '../../client/index.ts'
import { parsePropertyPath } from '../../value/index.ts'
import { anyCount } from '../argument-count.ts'
import { type EnvironmentCall, environmentCommand } from '../command.ts'
import { reportShort } from '../diagnostics.ts'
import { Failure } from '../failure.ts'
import type { FlagTable } from '../flags.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

/** `esc env rotate`. */
export const command = environmentCommand({
  usage: '<environment> [<property path>...]',
  summary: 'Rotate secrets now: all of the environment, or those at the paths',
  examples: [
    'esc env rotate acme/web/prod',
    'esc env rotate acme/web/prod db.password',
    'esc env rotate acme/web/prod --output json',
  ],
  arguments: anyCount,
  flags: { output: outputFlag },
  refusesVersions: 'rotate',
  versionRefusal: 'the rotate command does not accept environments at specific versions',
  async run(call) {
    const { api, reference, args, flags, out } = call
    const asJson = wantsJson(flags.output)
    for (const path of args) checkPath(path)
    const { diagnostics, rotation } = await api.rotate(reference, args)
    reportShort(call, diagnostics)
    if (rotation === null) return
    if (asJson) out.json(rotation.secretRotationEvent)
    else report(call, rotation.secretRotationEvent)
  },
})

function checkPath(path: string): void {
  try {
    parsePropertyPath(path)
  } catch (error) {
    throw new Failure(`'${path}' is an invalid property path: ${(error as Error).message}`, { cause: error })
  }
}

function report(
  { out, typed }: EnvironmentCall<FlagTable>,
  event: WireRotation['secretRotationEvent'],
): void {
  const failed = (event.rotations ?? []).filter((rotation) => rotation.status === 'failed')
  if (event.errorMessage) out.line(`Error rotating: ${event.errorMessage}.`)
  else if (failed.length > 0) out.line(`Environment '${typed}' rotated with errors.`)
  else out.line(`Environment '${typed}' rotated.`)
  if (event.postRotationRevision) out.line(`New revision '${event.postRotationRevision}' was created.`)
  if (failed.length === 0) return
  out.line('Failed secrets:')
  for (const { environmentPath, errorMessage = '' } of failed) {
    out.line(`Path: ${environmentPath}, error: ${errorMessage}`)
  }
}
