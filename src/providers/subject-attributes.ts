import { subjectAttributes } from '../oidc/subject.ts'
import type { SchemaObject } from '../schema/index.ts'

/** The schema of a `subjectAttributes` input. */
export function subjectAttributesSchema(): SchemaObject {
  return {
    type: 'array',
    items: { type: 'string', enum: [...subjectAttributes] },
    description:
      'Attributes that the token’s subject is built from, in this order, after the organization. The same list in another order is another subject.',
  }
}
