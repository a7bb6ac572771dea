import { negation } from './operator.ts'
import { StringLike } from './StringLike.ts'

/** Like none of the patterns; true when the key is absent. */
export const StringNotLike = negation('StringNotLike', StringLike)
