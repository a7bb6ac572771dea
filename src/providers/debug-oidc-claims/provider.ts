import { rangeless } from '../../diag/index.ts'
import { type InputFinding, type Provider, ProviderError } from '../../eval/index.ts'
import type { SchemaObject } from '../../schema/index.ts'
import type { ExportedRecord, ExportedValue } from '../../value/index.ts'
import { textInput, textListInput } from '../inputs.ts'
import { asksForIdentityToken, inspectIdentityToken } from '../oidc/provider.ts'
import { textOutput } from '../outputs.ts'
import type { ClaimsPreview, IdentityTokens } from '../powers.ts'
import { subjectAttributesSchema } from '../subject-attributes.ts'

/**
 * `fn::open::debug-oidc-claims`: the claims that a login would present, without signing anything (oidc §1.7). Without
 * `identityToken` it previews a vendor login; with it, a token of the second issuer.
 */
export function debugOidcClaims(tokens: IdentityTokens): Provider {
  return {
    inputs: inputSchema(),
    outputs: { type: 'object', additionalProperties: true },
    inspect,
    open: async (inputs, context) => {
      if (asksForIdentityToken(inputs)) {
        return claimsOutput(await tokens.preview({ audience: textInput(inputs, 'audience') ?? '', context }))
      }
      const platform = textInput(inputs, 'audiencePrefix')
      if (platform === null)
        throw new ProviderError('debug-oidc-claims: `audiencePrefix` is needed, e.g. `aws`')
      return claimsOutput(
        await tokens.previewLogin({
          platform,
          subjectAttributes: textListInput(inputs, 'subjectAttributes'),
          context,
        }),
      )
    },
  }
}

function inputSchema(): SchemaObject {
  return {
    type: 'object',
    description: 'Shows the claims a login would present. Signs nothing.',
    properties: {
      audiencePrefix: {
        type: 'string',
        enum: ['aws', 'azure', 'gcp', 'vault', 'doppler', 'infisical', 'snowflake'],
        description: 'The vendor of the login to preview.',
      },
      subjectAttributes: subjectAttributesSchema(),
      audience: { type: 'string', description: 'The audience of a second-issuer token to preview.' },
      identityToken: {
        type: 'object',
        properties: { version: { type: 'string', enum: ['v2'] } },
        required: ['version'],
      },
      duration: { type: 'string' },
    },
    additionalProperties: true,
  }
}

function inspect(inputs: ExportedRecord): readonly InputFinding[] {
  if (asksForIdentityToken(inputs)) return inspectIdentityToken(inputs)
  const refused = ['audience', 'duration'].filter((name) => inputs[name] !== undefined)
  const findings: InputFinding[] = refused.map((name) => ({
    severity: 'error',
    path: [name],
    summary: `debug-oidc-claims: \`${name}\` goes with \`identityToken\`; a login’s ${name} is fixed`,
  }))
  if (inputs['audiencePrefix'] === undefined) {
    findings.push({
      severity: 'error',
      path: [],
      summary: 'debug-oidc-claims: `audiencePrefix` is needed, e.g. `aws`',
    })
  }
  return findings
}

function claimsOutput(claims: ClaimsPreview): ExportedValue {
  const record = Object.create(null) as Record<string, ExportedValue>
  for (const [name, claim] of Object.entries(claims)) {
    record[name] =
      typeof claim === 'string'
        ? textOutput(claim)
        : { value: claim.map((text) => textOutput(text)), trace: { def: rangeless('') } }
  }
  return { value: record, trace: { def: rangeless('') } }
}
