import { NumericEquals } from './NumericEquals.ts'
import { negation } from './operator.ts'

/** A different number, or text that is no number. */
export const NumericNotEquals = negation('NumericNotEquals', NumericEquals)
