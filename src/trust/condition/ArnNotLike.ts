import { ArnLike } from './ArnLike.ts'
import { negation } from './operator.ts'

/** The same as `ArnNotEquals`. */
export const ArnNotLike = negation('ArnNotLike', ArnLike)
