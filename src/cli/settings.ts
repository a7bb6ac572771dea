import { Failure } from './failure.ts'

/** The one setting that environments have. */
export const deletionProtected = 'deletion-protected'

/** Refuses names that are no settings. */
export function checkSetting(name: string): void {
  if (name !== deletionProtected) throw new Failure(`unknown setting name: ${name}`)
}
