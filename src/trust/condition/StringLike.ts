import { compileGlob } from '../glob.ts'
import type { ConditionOperator } from './operator.ts'

/** Case-sensitive pattern, anchored at both ends; `*` crosses `/` and `:`. */
export const StringLike: ConditionOperator = {
  name: 'StringLike',
  negated: false,
  takesVariables: true,
  takesWildcards: true,
  compile: (wanted) => compileGlob(wanted).test,
}
