import type { InputFinding, Provider } from '../../eval/index.ts'
import type { SchemaObject } from '../../schema/index.ts'
import type { ExportedRecord } from '../../value/index.ts'
import { booleanInput, textInput, textListInput } from '../inputs.ts'
import { secretRecord } from '../outputs.ts'
import type { LoginTokens } from '../powers.ts'
import { subjectAttributesSchema } from '../subject-attributes.ts'
import { unknownInputs } from '../unknown-inputs.ts'

/**
 * `fn::open::azure-login`: what a client needs to log in to Entra ID as an application, with a token of our issuer as
 * client assertion or with a client secret (providers §3.2). Azure is not called: the consumer trades the token.
 */
export function azureLogin(tokens: LoginTokens): Provider {
  return {
    inputs: inputSchema(),
    outputs: outputSchema(),
    inspect,
    open: async (inputs, context) => {
      const known = {
        clientId: textInput(inputs, 'clientId'),
        tenantId: textInput(inputs, 'tenantId'),
        subscriptionId: textInput(inputs, 'subscriptionId'),
      }
      if (booleanInput(inputs, 'oidc') !== true) {
        return secretRecord({ ...known, clientSecret: textInput(inputs, 'clientSecret') })
      }
      const subjectAttributes = textListInput(inputs, 'subjectAttributes')
      const { token } = await tokens.mint({ platform: 'azure', subjectAttributes, context })
      return secretRecord({ ...known, oidc: secretRecord({ token }) })
    },
  }
}

/** The rules that the schema cannot say, each with its place. */
function inspect(inputs: ExportedRecord): readonly InputFinding[] {
  const findings: InputFinding[] = [...unknownInputs('azure-login', inputs, inputSchema())]
  const byToken = inputs.oidc?.unknown || booleanInput(inputs, 'oidc') === true
  const bySecret = inputs.clientSecret !== undefined
  if (byToken === bySecret) {
    const got = byToken ? 'both' : 'neither'
    findings.push({
      severity: 'error',
      path: [],
      summary: `azure-login: give exactly one of \`oidc: true\` and \`clientSecret\`, got ${got}`,
    })
  }
  if (bySecret && inputs.subjectAttributes !== undefined) {
    findings.push({
      severity: 'warning',
      path: ['subjectAttributes'],
      summary: 'azure-login: subjectAttributes do nothing without `oidc: true`: no token is made',
    })
  }
  return findings
}

function inputSchema(): SchemaObject {
  return {
    type: 'object',
    description: 'A login to Entra ID.',
    additionalProperties: false,
    required: ['clientId', 'tenantId'],
    properties: {
      clientId: { type: 'string', description: 'The application (client) id.' },
      tenantId: { type: 'string', description: 'The directory (tenant) id.' },
      subscriptionId: {
        type: 'string',
        description: 'The subscription to use: its id, or `/subscriptions/<id>`. Passed on as it is.',
      },
      clientSecret: { type: 'string', secret: true, description: 'A client secret, in place of `oidc`.' },
      oidc: {
        type: 'boolean',
        default: false,
        description: 'Whether a token of this service’s issuer stands in for a secret.',
      },
      subjectAttributes: subjectAttributesSchema(),
    },
  }
}

function outputSchema(): SchemaObject {
  const secret: SchemaObject = { type: 'string', secret: true }
  return {
    type: 'object',
    additionalProperties: false,
    required: ['clientId', 'tenantId'],
    properties: {
      clientId: { ...secret },
      tenantId: { ...secret },
      subscriptionId: { ...secret },
      clientSecret: { ...secret },
      oidc: {
        type: 'object',
        additionalProperties: false,
        required: ['token'],
        properties: { token: { ...secret, description: 'The client assertion; it lives one hour.' } },
      },
    },
  }
}
