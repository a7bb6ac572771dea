import type { SchemaObject } from '../../schema/index.ts'
import { NumberText } from '../../value/index.ts'
import { durationPattern } from '../duration.ts'
import { subjectAttributesSchema } from '../subject-attributes.ts'

/** The inputs of `gcp-login` (providers §3.3): an `oidc` block or an `accessToken` one. */
export function inputSchema(): SchemaObject {
  const tokenLifetime: SchemaObject = {
    type: 'string',
    pattern: durationPattern,
    description:
      'How long the access token lives, e.g. `30m`. Default `1h`; more needs an organization policy.',
  }
  return {
    type: 'object',
    description: 'A short-lived access token of Google Cloud.',
    additionalProperties: false,
    required: ['project'],
    properties: {
      project: { type: 'number', multipleOf: new NumberText('1'), description: 'The number of the project.' },
      oidc: {
        type: 'object',
        description: 'Trades a token of this service’s issuer for one of a service account.',
        additionalProperties: false,
        required: ['workloadPoolId', 'providerId', 'serviceAccount'],
        properties: {
          workloadPoolId: { type: 'string', description: 'The workload identity pool.' },
          providerId: { type: 'string', description: 'The provider of the pool.' },
          serviceAccount: { type: 'string', description: 'The e-mail address of the service account.' },
          region: { type: 'string', description: 'The location of the pool. Default `global`.' },
          tokenLifetime: { ...tokenLifetime },
          subjectAttributes: subjectAttributesSchema(),
        },
      },
      accessToken: {
        type: 'object',
        description: 'An access token that exists, used as it is or to impersonate a service account.',
        additionalProperties: false,
        required: ['accessToken'],
        properties: {
          accessToken: { type: 'string', secret: true, description: 'The access token.' },
          serviceAccount: { type: 'string', description: 'The service account to impersonate.' },
          tokenLifetime: { ...tokenLifetime },
        },
      },
    },
  }
}

/** The outputs of `gcp-login`; `expiry` is absent for a token that was only passed on. */
export function outputSchema(): SchemaObject {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['project', 'accessToken', 'tokenType'],
    properties: {
      project: { type: 'number' },
      accessToken: { type: 'string', secret: true },
      tokenType: { type: 'string', secret: true },
      expiry: { type: 'string', secret: true },
    },
  }
}
