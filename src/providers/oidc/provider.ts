import { type InputFinding, type Provider, ProviderError } from '../../eval/index.ts'
import type { SchemaObject } from '../../schema/index.ts'
import { type ExportedRecord, NumberText } from '../../value/index.ts'
import { parseDuration } from '../duration.ts'
import { recordInput, textInput } from '../inputs.ts'
import { textOutput } from '../outputs.ts'
import type { IdentityTokens } from '../powers.ts'

const defaultDurationSeconds = 3600
const durationLimits = { min: 60, max: 3600 }

/**
 * `fn::open::oidc`: a token of the second issuer for an audience that the author names (oidc §1.7). The token is a
 * secret text. An unsaved document cannot have one: whoever can open any text could claim any name.
 */
export function identityToken(tokens: IdentityTokens): Provider {
  return {
    inputs: identityTokenSchema(),
    outputs: { type: 'string', secret: true },
    inspect: inspectIdentityToken,
    open: async (inputs, context) => {
      if (context.currentEnvironment === '<yaml>') {
        throw new ProviderError(
          'fn::open::oidc cannot run in an unsaved environment document; save the environment and import it',
        )
      }
      const duration = textInput(inputs, 'duration')
      const token = await tokens.mint({
        audience: textInput(inputs, 'audience') ?? '',
        durationSeconds:
          duration === null ? defaultDurationSeconds : (parseDuration(duration) ?? defaultDurationSeconds),
        context,
      })
      return textOutput(token, true)
    },
  }
}

/** The inputs of the second issuer's tokens; `debug-oidc-claims` takes them too. */
export function identityTokenSchema(): SchemaObject {
  return {
    type: 'object',
    description: 'An identity token for any system that trusts this service’s second issuer.',
    required: ['audience', 'identityToken'],
    properties: {
      audience: {
        type: 'string',
        minLength: new NumberText('1'),
        maxLength: new NumberText('512'),
        description: 'Who the token is for: exactly one audience.',
      },
      identityToken: {
        type: 'object',
        required: ['version'],
        properties: {
          version: { type: 'string', enum: ['v2'], description: 'The form of the token: `v2`.' },
        },
        additionalProperties: false,
      },
      duration: { type: 'string', description: 'How long the token lives, from `1m` to `1h`. Default `1h`.' },
    },
    additionalProperties: true,
  }
}

/** The refusals of oidc §1.7, in its words. */
export function inspectIdentityToken(inputs: ExportedRecord): readonly InputFinding[] {
  const findings: InputFinding[] = []
  const error = (path: readonly string[], summary: string) =>
    findings.push({ severity: 'error', path, summary })
  for (const name of Object.keys(inputs)) {
    if (name === 'subjectAttributes') error([name], 'fn::open::oidc does not accept subjectAttributes')
    else if (!['audience', 'identityToken', 'duration'].includes(name)) {
      error([name], `fn::open::oidc does not accept an input named "${name}"`)
    }
  }
  const audience = textInput(inputs, 'audience')
  if (audience !== null && audience !== '' && audience.trim() === '')
    error(['audience'], 'audience must not be blank')
  const duration = textInput(inputs, 'duration')
  if (duration !== null) {
    const seconds = parseDuration(duration)
    if (seconds === null || seconds < durationLimits.min || seconds > durationLimits.max) {
      error(['duration'], 'duration must be between 1m0s and 1h0m0s')
    }
  }
  return findings
}

/** Whether the inputs ask for a token of the second issuer. */
export function asksForIdentityToken(inputs: ExportedRecord): boolean {
  return recordInput(inputs, 'identityToken') !== null
}
