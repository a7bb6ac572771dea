import type { SchemaObject } from '../schema/index.ts'

/** The six attributes a subject may be built from (oidc §1.6). `pulumi.token.name` is not one: its maker picks it. */
export const subjectAttributeNames = [
  'pulumi.user.login',
  'pulumi.organization.login',
  'pulumi.token.type',
  'pulumi.token.team',
  'currentEnvironment.name',
  'rootEnvironment.name',
] as const

/** The schema of a `subjectAttributes` input. */
export function subjectAttributesSchema(): SchemaObject {
  return {
    type: 'array',
    items: { type: 'string', enum: [...subjectAttributeNames] },
    description:
      'Attributes that the token’s subject is built from, in this order, after the organization. The same list in another order is another subject.',
  }
}
