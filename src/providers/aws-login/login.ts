import type { ExportedRecord } from '../../value/index.ts'
import { parseDuration } from '../duration.ts'
import { textInput, textListInput } from '../inputs.ts'

/** What the `oidc` block of an `aws-login` asks for. */
export interface Login {
  readonly roleArn: string
  readonly sessionName: string
  /** null = the author left it to the default. */
  readonly durationSeconds: number | null
  readonly policyArns: readonly string[]
  readonly subjectAttributes: readonly string[] | null
}

/** Reads an `oidc` block whose schema holds. What is not known, as in a check, reads as absent. */
export function readLogin(oidc: ExportedRecord): Login {
  const duration = textInput(oidc, 'duration')
  return {
    roleArn: textInput(oidc, 'roleArn') ?? '',
    sessionName: textInput(oidc, 'sessionName') ?? '',
    durationSeconds: duration === null ? null : parseDuration(duration),
    policyArns: textListInput(oidc, 'policyArns') ?? [],
    subjectAttributes: textListInput(oidc, 'subjectAttributes'),
  }
}
