import type { EnvironmentName, EscApi } from '../client/index.ts'
import { Failure, prefixed } from './failure.ts'

/** Whether a version is a revision number: it begins with a digit. Anything else is a tag. */
export function isRevisionNumber(version: string): boolean {
  return /^[0-9]/.test(version)
}

/**
 * The revision number of a version.
 *
 * @throws Failure `invalid revision number "1x"`, or `resolving tag "x": …`
 */
export async function resolveVersion(
  api: EscApi,
  environment: EnvironmentName,
  version: string,
): Promise<number> {
  if (isRevisionNumber(version)) {
    const number = Number(version)
    if (/^\d+$/.test(version) && Number.isSafeInteger(number)) return number
    throw new Failure(`invalid revision number ${JSON.stringify(version)}`)
  }
  const resolve = () => api.revisionTag(environment, version)
  return (await prefixed(`resolving tag ${JSON.stringify(version)}`, resolve)).revision
}
