import { negation } from './operator.ts'
import { StringEqualsIgnoreCase } from './StringEqualsIgnoreCase.ts'

/** Equal to none of the values whatever the case; true when the key is absent. */
export const StringNotEqualsIgnoreCase = negation('StringNotEqualsIgnoreCase', StringEqualsIgnoreCase)
