import type { Constraints } from '../protocol/constraints.ts'

/** What every call that starts a session takes. */
export interface SessionParams {
  readonly roleArn: string
  readonly roleSessionName: string
  readonly durationSeconds: number | undefined
  readonly minimumTokenSize: number
}

/** Reads the shared parameters; violations go into `check`. */
export function readSessionParams(check: Constraints): SessionParams {
  return {
    roleArn: check.required('RoleArn', { min: 20, max: 2048 }),
    roleSessionName: check.required('RoleSessionName', {
      min: 2,
      max: 64,
      pattern: /^[\w+=,.@-]*$/,
      patternText: '[\\w+=,.@-]*',
    }),
    durationSeconds: check.integer('DurationSeconds', 900, 43_200),
    minimumTokenSize: check.integer('MinimumSessionTokenSize', 0, 4096) ?? 0,
  }
}
