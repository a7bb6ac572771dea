import { negation } from './operator.ts'
import { StringEquals } from './StringEquals.ts'

/** Equal to none of the values; true when the key is absent. */
export const StringNotEquals = negation('StringNotEquals', StringEquals)
