import { DateEquals } from './DateEquals.ts'
import { negation } from './operator.ts'

/** A different instant, or text that is no date. */
export const DateNotEquals = negation('DateNotEquals', DateEquals)
