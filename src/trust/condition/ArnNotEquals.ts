import { ArnEquals } from './ArnEquals.ts'
import { negation } from './operator.ts'

/** An ARN that matches none of the patterns. */
export const ArnNotEquals = negation('ArnNotEquals', ArnEquals)
