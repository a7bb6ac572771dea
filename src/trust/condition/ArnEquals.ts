import { ArnLike } from './ArnLike.ts'
import type { ConditionOperator } from './operator.ts'

/** The same as `ArnLike`, wildcards included. */
export const ArnEquals: ConditionOperator = { ...ArnLike, name: 'ArnEquals' }
