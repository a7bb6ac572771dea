import type { Provider } from '../../eval/index.ts'
import type { SchemaObject } from '../../schema/index.ts'
import { recordInput, textInput, textListInput } from '../inputs.ts'
import { secretRecord } from '../outputs.ts'
import type { LoginTokens } from '../powers.ts'
import { subjectAttributesSchema } from '../subject-attributes.ts'
import { unknownInputs } from '../unknown-inputs.ts'

/**
 * `fn::open::snowflake-login`: a token that Snowflake takes as an OAuth access token (providers §3.8). No call is made: the
 * consumer presents it, with the authenticator `oauth`.
 */
export function snowflakeLogin(tokens: LoginTokens): Provider {
  return {
    inputs: inputSchema(),
    outputs: outputSchema(),
    inspect: (inputs) => unknownInputs('snowflake-login', inputs, inputSchema()),
    open: async (inputs, context) => {
      const oidc = recordInput(inputs, 'oidc') ?? {}
      const user = textInput(oidc, 'user') ?? ''
      const { token } = await tokens.mint({
        platform: 'snowflake',
        subjectAttributes: textListInput(oidc, 'subjectAttributes'),
        context,
        snowflake: { user, role: textInput(oidc, 'role') },
      })
      return secretRecord({ account: textInput(oidc, 'account'), user, token })
    },
  }
}

function inputSchema(): SchemaObject {
  return {
    type: 'object',
    description: 'A login to Snowflake.',
    additionalProperties: false,
    required: ['oidc'],
    properties: {
      oidc: {
        type: 'object',
        description: 'Logs in with a token of this service’s issuer.',
        additionalProperties: false,
        required: ['account', 'user'],
        properties: {
          account: { type: 'string', description: 'The account identifier.' },
          user: { type: 'string', description: 'The user, of `TYPE = SERVICE`.' },
          role: { type: 'string', description: 'The role of the session; any role of the user without it.' },
          subjectAttributes: subjectAttributesSchema(),
        },
      },
    },
  }
}

function outputSchema(): SchemaObject {
  const secret: SchemaObject = { type: 'string', secret: true }
  return {
    type: 'object',
    additionalProperties: false,
    required: ['account', 'user', 'token'],
    properties: { account: { ...secret }, user: { ...secret }, token: { ...secret } },
  }
}
