import type { SchemaObject } from '../../schema/index.ts'
import { NumberText } from '../../value/index.ts'
import { durationPattern } from '../duration.ts'
import { subjectAttributesSchema } from '../subject-attributes.ts'

const size = (count: number) => new NumberText(String(count))

/** The inputs of `aws-login` (providers §3.1): an `oidc` block or a `static` one. */
export function inputSchema(): SchemaObject {
  return {
    type: 'object',
    description: 'Short-lived AWS credentials.',
    additionalProperties: false,
    properties: { oidc: oidcSchema(), static: staticSchema() },
  }
}

function oidcSchema(): SchemaObject {
  const arn: SchemaObject = { type: 'string', minLength: size(20), maxLength: size(2048) }
  return {
    type: 'object',
    description:
      'Trades a token of this service’s issuer for credentials of a role (AssumeRoleWithWebIdentity).',
    additionalProperties: false,
    required: ['roleArn', 'sessionName'],
    properties: {
      roleArn: { ...arn, description: 'The ARN of the role to assume.' },
      sessionName: {
        type: 'string',
        minLength: size(2),
        maxLength: size(64),
        pattern: '^[\\w+=,.@-]*$',
        description: 'The name of the role session; it shows up in CloudTrail.',
      },
      duration: {
        type: 'string',
        pattern: durationPattern,
        description: 'How long the credentials live, e.g. `1h30m`: 15 minutes to 12 hours. Default `2h`.',
      },
      policyArns: {
        type: 'array',
        items: { ...arn },
        maxItems: size(10),
        description: 'ARNs of managed policies that narrow the session.',
      },
      subjectAttributes: subjectAttributesSchema(),
    },
  }
}

function staticSchema(): SchemaObject {
  return {
    type: 'object',
    description: 'Keys that already exist. No call is made.',
    additionalProperties: false,
    required: ['accessKeyId', 'secretAccessKey'],
    properties: {
      accessKeyId: { type: 'string', description: 'The access key id.' },
      secretAccessKey: { type: 'string', secret: true, description: 'The secret access key.' },
      sessionToken: { type: 'string', secret: true, description: 'The session token, for temporary keys.' },
    },
  }
}

/** The outputs of `aws-login`; `sessionToken` is absent for plain static keys. */
export function outputSchema(): SchemaObject {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['accessKeyId', 'secretAccessKey'],
    properties: {
      accessKeyId: { type: 'string', secret: true },
      secretAccessKey: { type: 'string', secret: true },
      sessionToken: { type: 'string', secret: true },
    },
  }
}
